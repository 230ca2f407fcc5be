#pragma once

// Debian 12 has Catch2 2.13 (one header), Debian 13 has 3.x (a library): every test includes this file and no other.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
