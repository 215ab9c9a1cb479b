# liblanyard.so.0: the room lib and what it stands on, compiled once more as position independent code, with nothing
# exported but the functions of lanyard.h. The programs keep their faster objects.
include(GNUInstallDirs)
if(LANYARD_SANITIZE)
  return() # a sanitizer belongs to the program that loads it
endif()

# Of net only the client's half: the server's would bring Boost.Asio into programs that never listen.
file(GLOB library_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/base/*.cc ${CMAKE_SOURCE_DIR}/src/platform/crypto/*.cc
  ${CMAKE_SOURCE_DIR}/lib/*.cc)
list(FILTER library_sources EXCLUDE REGEX "_test\\.cc$")
foreach(name client transfer breaker addresses stapling)
  list(APPEND library_sources ${CMAKE_SOURCE_DIR}/src/platform/net/${name}.cc)
endforeach()

# Debian's libboost_json.a is not position independent; Boost.JSON's sources as one header are.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/library/boost_json.cc CONTENT "#include <boost/json/src.hpp>\n")

add_library(liblanyard SHARED ${library_sources} ${CMAKE_BINARY_DIR}/library/boost_json.cc)
target_link_libraries(liblanyard PRIVATE lanyard_flags Boost::headers OpenSSL::SSL OpenSSL::Crypto CURL::libcurl
  Threads::Threads)
target_link_options(liblanyard PRIVATE LINKER:--version-script=${CMAKE_SOURCE_DIR}/lib/lanyard.map LINKER:-z,defs)
set_target_properties(liblanyard PROPERTIES
  OUTPUT_NAME lanyard VERSION ${PROJECT_VERSION} SOVERSION 0
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/lib/lanyard.map
  PUBLIC_HEADER ${CMAKE_SOURCE_DIR}/lib/lanyard.h)

# The file finds the rest from where it lies, so that the tree can be moved after it was installed.
file(RELATIVE_PATH LANYARD_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" LANYARD_PC_UP "${LANYARD_PC_UP}")
configure_file(${CMAKE_SOURCE_DIR}/lib/lanyard.pc.in ${CMAKE_BINARY_DIR}/lanyard.pc @ONLY)

install(TARGETS liblanyard COMPONENT library
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/lanyard.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
