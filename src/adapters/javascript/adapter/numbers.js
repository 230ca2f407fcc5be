// Numbers as the graph format writes them, rounded once to the nearest double.

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const HEX = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;
const RATIO = /^([+-]?)(\d+)\/(\d+)$/;
const WORDS = { inf: Infinity, '+inf': Infinity, '-inf': -Infinity, nan: NaN, '+nan': NaN, '-nan': NaN };
const FURTHEST = 5000n; // powers of two beyond all doubles, however many digits stand before them

// The double, or null where the word is no number.
export function literal(word) {
  if (DECIMAL.test(word)) return Number(word);
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  const hex = HEX.exec(word);
  if (hex && hex[2] + hex[3]) return hexadecimal(hex);
  const ratio = RATIO.exec(word);
  if (!ratio || BigInt(ratio[3]) === 0n) return null;
  return signed(ratio[1], nearest(BigInt(ratio[2]), BigInt(ratio[3])));
}

function signed(sign, magnitude) {
  return sign === '-' ? -magnitude : magnitude;
}

function hexadecimal([, sign, before, after, power]) {
  const digits = (before + after).replace(/^0+(?=.)/, '');
  const exponent = Number(power ?? 0) - 4 * after.length;
  // Thirteen digits are exact in a double, and one product with a power of two is rounded once.
  if (digits.length <= 13 && exponent >= -1074 && exponent <= 1000) return signed(sign, parseInt(digits, 16) * 2 ** exponent);
  const whole = BigInt(`0x${digits}`);
  if (whole === 0n) return signed(sign, 0);
  const size = BigInt(4 * digits.length) + BigInt(exponent);
  if (size > FURTHEST) return signed(sign, Infinity);
  if (size < -FURTHEST) return signed(sign, 0);
  return signed(sign, exponent >= 0 ? nearest(whole << BigInt(exponent), 1n) : nearest(whole, 1n << BigInt(-exponent)));
}

function bits(n) {
  return n === 0n ? 0 : 4 * (n.toString(16).length - 1) + (32 - Math.clz32(parseInt(n.toString(16)[0], 16)));
}

// numerator / denominator, to nearest, ties to even: as many bits as a double keeps at that size, and one rounding.
function nearest(numerator, denominator) {
  if (numerator === 0n) return 0;
  let exponent = bits(numerator) - bits(denominator) - 53;
  if (exponent < -1074) exponent = -1074;
  const [n, d] = exponent >= 0 ? [numerator, denominator << BigInt(exponent)] : [numerator << BigInt(-exponent), denominator];
  // The quotient has 53 or 54 bits; where 54, it is taken again with one bit less.
  if (bits(n / d) > 53) return rounded(n, d * 2n, exponent + 1);
  return rounded(n, d, exponent);
}

function rounded(n, d, exponent) {
  let quotient = n / d;
  const twice = (n - quotient * d) * 2n;
  if (twice > d || (twice === d && (quotient & 1n) === 1n)) quotient += 1n;
  if (exponent > 1000) return Infinity;
  return Number(quotient) * 2 ** exponent;
}
