# What `cmake --install` puts where, and the Debian packages that `cpack` makes of it: pcapdex (program, manual, completions,
# extension), libpcapdex0 (the shared library), libpcapdex-dev.
# Debian's place for what is of one architecture, whatever the prefix that the tree was configured with.
if(EXISTS /etc/debian_version AND CMAKE_LIBRARY_ARCHITECTURE AND NOT DEFINED CACHE{CMAKE_INSTALL_LIBDIR})
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "object code libraries")
endif()
include(GNUInstallDirs)
set(made ${CMAKE_CURRENT_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${made}/man ${made}/doc)

# One page of the manual a command, from the option tables that print the help.
set(pages "")
foreach(command "" ${COMMANDS})
  if(command)
    set(page ${made}/man/pcapdex-${command}.1)
  else()
    set(page ${made}/man/pcapdex.1)
  endif()
  add_custom_command(OUTPUT ${page}.gz DEPENDS pcapdex VERBATIM
    COMMAND sh -c "\"$1\" help --man $2 > \"$3\" && gzip -9nf \"$3\"" man $<TARGET_FILE:pcapdex> "${command}" ${page})
  list(APPEND pages ${page}.gz)
endforeach()
foreach(shell bash zsh fish)
  add_custom_command(OUTPUT ${made}/completion.${shell} DEPENDS pcapdex VERBATIM
    COMMAND sh -c "\"$1\" completion \"$2\" > \"$3\"" completion $<TARGET_FILE:pcapdex> ${shell} ${made}/completion.${shell})
  list(APPEND pages ${made}/completion.${shell})
endforeach()
add_custom_target(manual ALL DEPENDS ${pages})

install(TARGETS pcapdex RUNTIME COMPONENT program)
install(DIRECTORY ${made}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${made}/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME pcapdex COMPONENT program)
install(FILES ${made}/completion.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _pcapdex COMPONENT program)
install(FILES ${made}/completion.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME pcapdex.fish COMPONENT program)
# A folder of its own: it is no library to link with.
install(TARGETS pcapdex_extension LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/pcapdex COMPONENT program)
install(TARGETS pcapdex_shared LIBRARY COMPONENT library NAMELINK_COMPONENT development)
install(TARGETS pcapdex_static ARCHIVE COMPONENT development)
install(DIRECTORY include/pcapdex DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES docs/examples/embed.c DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libpcapdex-dev/examples COMPONENT development)

# pkg-config and CMake: the shared library alone needs naming; a static link needs the rest.
set(PC_PRIVATE "libpcap sqlite3 zlib libcrypto")
foreach(lib ZSTD:libzstd LZ4:liblz4 ISAL:libisal BROTLI:libbrotlidec PCRE2:libpcre2-8)
  string(REPLACE ":" ";" parts ${lib})
  list(GET parts 0 found)
  list(GET parts 1 module)
  if(${found}_FOUND)
    string(APPEND PC_PRIVATE " ${module}")
  endif()
endforeach()
file(RELATIVE_PATH PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /) # it works wherever the tree is put
configure_file(packaging/pcapdex.pc.in ${made}/pcapdex.pc @ONLY)
install(FILES ${made}/pcapdex.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
include(CMakePackageConfigHelpers)
configure_package_config_file(packaging/pcapdex-config.cmake.in ${made}/pcapdex-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pcapdex PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${made}/pcapdex-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${made}/pcapdex-config.cmake ${made}/pcapdex-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pcapdex COMPONENT development)

# Debian's papers, in each package.
configure_file(LICENSE ${made}/doc/copyright COPYONLY)
file(READ LICENSE licence)
string(REPLACE "\n" "\n " licence "${licence}")
string(REPLACE "\n \n" "\n .\n" licence "${licence}")
string(REGEX REPLACE "^MIT License\n .\n Copyright[^\n]*\n .\n" "" licence "${licence}")
string(STRIP "${licence}" licence)
file(CONFIGURE OUTPUT ${made}/doc/copyright CONTENT
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: pcapdex

Files: *
Copyright: 2026 the pcapdex authors
License: Expat
 @licence@
" @ONLY)
file(CONFIGURE OUTPUT ${made}/doc/changelog CONTENT
"pcapdex (@PROJECT_VERSION@) unstable; urgency=medium

  * Packaged from the sources of this version.

 -- the pcapdex authors <pcapdex@example.org>  Thu, 01 Jan 2026 00:00:00 +0000
" @ONLY)
add_custom_command(OUTPUT ${made}/doc/changelog.gz DEPENDS ${made}/doc/changelog VERBATIM
  COMMAND sh -c "gzip -9nc \"$1\" > \"$1.gz\"" gzip ${made}/doc/changelog)
add_custom_target(papers ALL DEPENDS ${made}/doc/changelog.gz)
foreach(package pcapdex:program libpcapdex0:library libpcapdex-dev:development)
  string(REPLACE ":" ";" parts ${package})
  list(GET parts 0 name)
  list(GET parts 1 component)
  install(FILES ${made}/doc/copyright ${made}/doc/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
endforeach()
install(FILES packaging/pcapdex.lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME pcapdex
  COMPONENT program)
install(FILES packaging/libpcapdex0.lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME libpcapdex0
  COMPONENT library)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGE_CONTACT "the pcapdex authors <pcapdex@example.org>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when they are needed, so that no library says so.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "libpq5, libpangocairo-1.0-0")
set(CPACK_DEBIAN_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_CURRENT_BINARY_DIR}/library)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME pcapdex)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "index packet captures into SQLite and ask about them
Dissects packet captures once, into one SQLite file, and answers questions
about them from then on: protocol shares, conversations, time series, TCP
analysis, single frames. Field names, statistics and display filters are
those of Wireshark. With it comes an extension that gives display filters
to any SQLite client.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libpcapdex0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
file(WRITE ${made}/triggers "activate-noawait ldconfig\n")
file(WRITE ${made}/shlibs "libpcapdex 0 libpcapdex0 (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${made}/triggers ${made}/shlibs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "index packet captures into SQLite: the library
The library of pcapdex, which dissects packet captures into an SQLite file
and answers questions about them, for programs that embed it.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libpcapdex-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libpcapdex0 (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "index packet captures into SQLite: for developers
Headers, static library, pkg-config and CMake files of libpcapdex, which
dissects packet captures into an SQLite file and answers questions about
them.")
include(CPack)
