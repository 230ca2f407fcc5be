// Arb's headers, which FLINT 3 has in its own folder and FLINT 2 beside it. MPFR's come first, so that Arb
// declares the functions that speak of MPFR's numbers.
#pragma once

#include <mpfr.h>

#if __has_include(<flint/arb.h>)
#include <flint/arb.h>
#include <flint/arb_mat.h>
#else
#include <arb.h>
#include <arb_mat.h>
#endif
