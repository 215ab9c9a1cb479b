# Warnings for everybody, hardening for what is shipped, sanitizers on request.
add_library(lanyard_flags INTERFACE)
if(CCACHE AND LANYARD_PCH) # what ccache asks of each compiler before it keeps what was made with precompiled headers
  target_compile_options(lanyard_flags INTERFACE
    $<IF:$<CXX_COMPILER_ID:Clang>,SHELL:-Xclang -fno-pch-timestamp,-fpch-preprocess>)
endif()
target_compile_options(lanyard_flags INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-qual -Wformat=2 -Wundef -fno-strict-overflow -Wno-missing-field-initializers)
# With optimisation g++ 12 takes variants and optionals that are moved from for uninitialised. The
# warning is off in every build; -Wuninitialized and the sanitizers remain.
target_compile_options(lanyard_flags INTERFACE -Wno-maybe-uninitialized)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang") # What deserves a warning is judged by g++ and by clang-tidy.
  target_compile_options(lanyard_flags INTERFACE -Wno-everything)
endif()
target_compile_definitions(lanyard_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB)
target_include_directories(lanyard_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})

if(LANYARD_SANITIZE STREQUAL "address")
  target_compile_options(lanyard_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(lanyard_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(lanyard_flags INTERFACE _GLIBCXX_ASSERTIONS)
elseif(LANYARD_SANITIZE STREQUAL "thread")
  target_compile_options(lanyard_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer -g1)
  target_link_options(lanyard_flags INTERFACE -fsanitize=thread)
  # The thread sanitizer of this compiler can not model fences.
  target_compile_definitions(lanyard_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK LANYARD_TSAN=1)
  target_compile_options(lanyard_flags INTERFACE -Wno-tsan)
elseif(LANYARD_SANITIZE STREQUAL "fuzzer")
  target_compile_options(lanyard_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g1 -ffunction-sections)
  target_link_options(lanyard_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(lanyard_flags INTERFACE _GLIBCXX_ASSERTIONS)
elseif(LANYARD_HARDEN)
  set(is_library $<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>) # of whatever is being compiled or linked
  # Two builds in two folders give the same bytes.
  target_compile_options(lanyard_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
  target_compile_options(lanyard_flags INTERFACE -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
    -ftrivial-auto-var-init=zero $<$<NOT:${is_library}>:-fPIE>)
  target_compile_definitions(lanyard_flags INTERFACE _GLIBCXX_ASSERTIONS $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
  target_link_options(lanyard_flags INTERFACE $<$<NOT:${is_library}>:-pie> -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()
if(LLD)
  target_link_options(lanyard_flags INTERFACE -fuse-ld=lld)
endif()
