# Proves that each header compiles alone: the target lanyard_headers, one object a header, without precompiled headers. A header
# whose source file stands beside it is left to clang-tidy, which reads that file without precompiled headers as well, and the header
# before anything else in it: the rooms stage sees to that order, and that no header minds being included twice.
function(lanyard_headers)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/src/*.h ${CMAKE_SOURCE_DIR}/cli/*.h
    ${CMAKE_SOURCE_DIR}/lib/*.h ${CMAKE_SOURCE_DIR}/test/support/*.h)
  set(sources "")
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "\\.h$" ".cc" own ${header})
    if(EXISTS ${CMAKE_SOURCE_DIR}/${own} AND NOT header MATCHES "^test/")
      continue()
    endif()
    set(source ${CMAKE_BINARY_DIR}/headers/${header}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
    list(APPEND sources ${source})
  endforeach()
  add_library(lanyard_headers OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(lanyard_headers PRIVATE lanyard_flags)
  target_compile_options(lanyard_headers PRIVATE -O0 -g0)  # only the verdict counts
endfunction()
lanyard_headers()
