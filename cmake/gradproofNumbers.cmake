# The libraries of numbers that gradproof computes with, as one target, gradproof::numbers. gradproof's own build reads this file, and so does
# find_package(gradproof) on a user's machine, where they may lie elsewhere. What is missing is named in gradproof_missing_numbers.
set(gradproof_missing_numbers)
find_path(BOOST_MULTIPRECISION_INCLUDE boost/multiprecision/mpfr.hpp)
find_path(MPFR_INCLUDE mpfr.h)
find_path(GMP_INCLUDE gmp.h)
find_library(MPFR_LIBRARY mpfr)
find_library(GMP_LIBRARY gmp)
find_library(FLINT_LIBRARY flint)
# Arb is a library of its own beside FLINT 2 (Debian 12 calls it flint-arb) and a part of FLINT 3.
find_library(ARB_LIBRARY NAMES flint-arb arb)
foreach(found BOOST_MULTIPRECISION_INCLUDE MPFR_INCLUDE GMP_INCLUDE MPFR_LIBRARY GMP_LIBRARY FLINT_LIBRARY)
  if(NOT ${found})
    list(APPEND gradproof_missing_numbers ${found})
  endif()
endforeach()

set(gradproof_number_libraries ${FLINT_LIBRARY} ${MPFR_LIBRARY} ${GMP_LIBRARY})
if(ARB_LIBRARY)
  list(PREPEND gradproof_number_libraries ${ARB_LIBRARY})
endif()
set(gradproof_number_includes ${BOOST_MULTIPRECISION_INCLUDE} ${MPFR_INCLUDE} ${GMP_INCLUDE})
list(REMOVE_DUPLICATES gradproof_number_includes)

# Global, because a project that takes gradproof in with add_subdirectory links with it from another folder.
if(NOT gradproof_missing_numbers AND NOT TARGET gradproof::numbers)
  add_library(gradproof::numbers INTERFACE IMPORTED GLOBAL)
  set_target_properties(gradproof::numbers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${gradproof_number_includes}"
                                                      INTERFACE_LINK_LIBRARIES "${gradproof_number_libraries}")
endif()
