# lanyard_embed(<target> <name> <file>...) puts files into the program. The target can then declare and call
#   namespace lanyard::embedded { std::span<const EmbeddedFile> <name>(); }
# The bytes are placed by the assembler (.incbin), which costs no compile time however large they are.
function(lanyard_embed target name)
  set(source ${CMAKE_BINARY_DIR}/embedded/${name}.cc)
  set(text "#include <array>\n#include <span>\n\n#include \"base/embedded.h\"\n\n")
  set(table "")
  set(count 0)
  foreach(file IN LISTS ARGN)
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(file_name ${path} NAME)
    get_filename_component(extension ${path} LAST_EXT)
    set(type "application/octet-stream")
    if(extension STREQUAL ".css")
      set(type "text/css; charset=utf-8")
    elseif(extension STREQUAL ".js")
      set(type "text/javascript; charset=utf-8")
    elseif(extension STREQUAL ".svg")
      set(type "image/svg+xml")
    elseif(extension STREQUAL ".png")
      set(type "image/png")
    elseif(extension STREQUAL ".json")
      set(type "application/json")
    elseif(extension STREQUAL ".yaml")
      set(type "application/yaml")
    elseif(extension STREQUAL ".html")
      set(type "text/html; charset=utf-8")
    elseif(extension STREQUAL ".woff2")
      set(type "font/woff2")
    elseif(extension STREQUAL ".txt")
      set(type "text/plain; charset=utf-8")
    endif()
    # The hash is part of the source, so a changed file is a new configuration.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(SHA256 ${path} hash)
    string(SUBSTRING ${hash} 0 16 hash)
    set(symbol "lanyard_embedded_${name}_${count}")
    string(APPEND text
      "asm(\".section .rodata\\n.global ${symbol}\\n${symbol}:\\n.incbin \\\"${path}\\\"\\n\"\n"
      "    \".global ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n"
      "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n\n")
    string(APPEND table
      "      {\"${file_name}\", \"${type}\", \"${hash}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    math(EXPR count "${count} + 1")
    set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${path})
  endforeach()
  string(APPEND text
    "namespace lanyard::embedded {\n\nstd::span<const EmbeddedFile> ${name}();\nstd::span<const EmbeddedFile> ${name}() {\n"
    "  static const std::array<EmbeddedFile, ${count}> files{{\n${table}  }};\n  return files;\n}\n\n}  // namespace lanyard::embedded\n")
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${source})
endfunction()
