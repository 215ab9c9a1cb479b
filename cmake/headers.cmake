# Proves that each header compiles alone: the target lanyard_headers, one object a header, without precompiled headers.
function(lanyard_headers)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/src/*.h ${CMAKE_SOURCE_DIR}/cli/*.h
    ${CMAKE_SOURCE_DIR}/lib/*.h ${CMAKE_SOURCE_DIR}/test/support/*.h)
  set(sources "")
  foreach(header IN LISTS headers)
    set(source ${CMAKE_BINARY_DIR}/headers/${header}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
    list(APPEND sources ${source})
  endforeach()
  add_library(lanyard_headers OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(lanyard_headers PRIVATE lanyard_flags)
  target_compile_options(lanyard_headers PRIVATE -O0 -g0)  # only the verdict counts
endfunction()
lanyard_headers()
