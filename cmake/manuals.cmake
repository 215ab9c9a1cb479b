# The manual pages, written by the programs themselves from their tables. Compressing them is packaging's business.
include(GNUInstallDirs)
set(pages "")
function(lanyard_manual page section program)
  set(file ${CMAKE_BINARY_DIR}/man/${page}.${section})
  add_custom_command(OUTPUT ${file} COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/man
    COMMAND ${program} ${ARGN} > ${file} DEPENDS ${program} VERBATIM)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  set(pages ${pages} ${file} PARENT_SCOPE)
endfunction()
lanyard_manual(lanyard 1 lanyard manual)
lanyard_manual(lanyardd 8 lanyardd manual)
lanyard_manual(lanyard.yaml 5 lanyardd config manual)
add_custom_target(lanyard_manuals ALL DEPENDS ${pages})
