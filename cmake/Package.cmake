# `cpack -G DEB`: one Debian package with the program and what a C++ project needs. On which libraries the program depends is read from it;
# what only a project needs that links with the library is recommended, so that `apt install` brings it unless told otherwise.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR gradproof)
set(CPACK_PACKAGE_CONTACT "The gradproof developers <gradproof@localhost.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "proves gradient reversal layers right or shows where they are wrong")
set(CPACK_PACKAGE_DESCRIPTION "A gradient reversal layer is the identity forward, and multiplies the gradient
by -lambda backward. gradproof judges such a layer, in PyTorch, JAX,
TensorFlow, PaddlePaddle, TensorFlow.js, C, C++ or CUDA, and ordinary gradients
besides. What is wrong is shown by the smallest case that shows it.

The package has the program, its adapters, and a C++ library with headers.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_COMPONENTS_ALL gradproof development)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION math)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(development libfmt-dev libsqlite3-dev libmpfr-dev libgmp-dev libflint-dev libboost-dev)
if(ARB_LIBRARY)
  list(APPEND development libflint-arb-dev)
endif()
list(JOIN development ", " development)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, ${development}")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "g++, cmake, pkg-config, nodejs")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/prerm)
include(CPack)
