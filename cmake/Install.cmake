# What `cmake --install` puts where. There are three components: gradproof (the program with its adapters, schemas and examples, and the header
# that a plugin in C includes), development (the library, its headers, and what CMake and pkg-config find them by), and mpi.
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME gradproof)
# The program looks for its adapters here, seen from above the folder that it is in.
set(gradproof_share share/gradproof)

install(TARGETS gradproof_cli EXPORT gradproof)
install(TARGETS gradproof EXPORT gradproof COMPONENT development)
if(TARGET gradproof_mpi)
  install(TARGETS gradproof_mpi COMPONENT mpi)
endif()
install(FILES include/gradproof/plugin.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradproof)
install(DIRECTORY include/gradproof DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development PATTERN plugin.h EXCLUDE)

install(DIRECTORY src/adapters/python src/adapters/javascript DESTINATION ${gradproof_share}/adapters PATTERN __pycache__ EXCLUDE)
# Some starts are links into the examples; what is installed is what they lead to.
file(GLOB starts CONFIGURE_DEPENDS src/adapters/starts/*)
foreach(start ${starts})
  get_filename_component(name ${start} NAME)
  file(REAL_PATH ${start} file)
  install(FILES ${file} DESTINATION ${gradproof_share}/adapters/starts RENAME ${name})
endforeach()
file(GLOB schemas CONFIGURE_DEPENDS docs/reference/*.schema.json)
install(FILES ${schemas} DESTINATION ${gradproof_share}/schemas)
install(DIRECTORY docs/examples/ DESTINATION ${gradproof_share}/examples PATTERN CMakeLists.txt EXCLUDE PATTERN __pycache__ EXCLUDE)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/gradproof RENAME copyright)

# --- For CMake ----------------------------------------------------------------

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/gradproof)
install(EXPORT gradproof FILE gradproofTargets.cmake NAMESPACE gradproof:: DESTINATION ${config_folder} COMPONENT development)
configure_package_config_file(cmake/gradproofConfig.cmake.in ${PROJECT_BINARY_DIR}/gradproofConfig.cmake INSTALL_DESTINATION ${config_folder}
                              PATH_VARS gradproof_share)
# Before 1.0 a new minor version may break what was.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradproofConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradproofConfig.cmake ${PROJECT_BINARY_DIR}/gradproofConfigVersion.cmake cmake/gradproofNumbers.cmake
        DESTINATION ${config_folder} COMPONENT development)

# --- For pkg-config -----------------------------------------------------------

# The library is static, so that who links it links all that it uses. Folders that the linker knows anyway are left out.
set(pc_libraries)
foreach(library ${gradproof_number_libraries})
  get_filename_component(folder ${library} DIRECTORY)
  get_filename_component(name ${library} NAME_WE)
  string(REGEX REPLACE "^lib" "" name ${name})
  if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
    list(APPEND pc_libraries -L${folder})
  endif()
  list(APPEND pc_libraries -l${name})
endforeach()
list(JOIN pc_libraries " " pc_libraries)
string(APPEND pc_libraries " -lfmt -lsqlite3 -ldl")
set(pc_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
# From the file's own folder, so that the installation can be moved.
file(RELATIVE_PATH pc_prefix /${pc_folder} /)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(cmake/gradproof.pc.in ${PROJECT_BINARY_DIR}/gradproof.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gradproof.pc DESTINATION ${pc_folder} COMPONENT development)
