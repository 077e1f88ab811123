/** Field widths of a 16-bit floating-point format, which also has one sign bit, the most significant. */
interface Format {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

/** IEEE 754 binary16. */
const binary16: Format = { exponentBits: 5, fractionBits: 10 };

/** bfloat16: the upper half of a float32. */
const bfloat16: Format = { exponentBits: 8, fractionBits: 7 };

/** The value of a 16-bit pattern. */
function valueOf(bits: number, { exponentBits, fractionBits }: Format): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** Returns a converter with a lookup table of all 65,536 values, which it builds for the first tensor. */
function widening(format: Format): (bits: Uint16Array) => Float32Array {
  let values: Float32Array | undefined;
  return (bits) => {
    const table = (values ??= Float32Array.from({ length: 2 ** 16 }, (_, index) => valueOf(index, format)));
    const floats = new Float32Array(bits.length);
    // A loop, because `Float32Array.from` took sixty times as long.
    for (let index = 0; index < bits.length; index += 1) floats[index] = table[bits[index] ?? 0] ?? NaN;
    return floats;
  };
}

/** Converts IEEE 754 binary16 to float32; exact. NaN stays NaN but loses its payload. */
export const halfToFloat = widening(binary16);

/** Converts bfloat16 to float32; exact. NaN stays NaN but loses its payload. */
export const bfloat16ToFloat = widening(bfloat16);

/** Mask of the magnitude bits of a float32. */
const MAGNITUDE = 0x7fff_ffff;
/** Float32 bits of infinity; larger magnitudes are NaN. */
const INFINITY = 0x7f80_0000;
/** Float32 bits of 65520, the smallest number that binary16 rounds to infinity. */
const HALF_OVERFLOW = 0x477f_f000;
/** Float32 bits of 2^-14, below which binary16 is subnormal. */
const HALF_NORMAL = 0x3880_0000;
/** Float32 bits of 0.5. The distance to the next float32 is 2^-24, the spacing of subnormal binary16 numbers, so adding 0.5 rounds to one of them. */
const ONE_HALF = 0x3f00_0000;
/** Difference of the exponent biases, 127 - 15, shifted to the exponent field. */
const REBIAS = 112 << 23;

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return word[0] ?? 0;
}

/** Drops the lowest bits, rounding to the nearest, ties to even. A carry correctly increments the exponent. */
function roundOff(bits: number, dropped: number): number {
  return (bits + 2 ** (dropped - 1) - 1 + ((bits >>> dropped) & 1)) >>> dropped;
}

function halfMagnitude(bits: number): number {
  if (bits > INFINITY) return 0x7e00;
  if (bits >= HALF_OVERFLOW) return 0x7c00;
  if (bits >= HALF_NORMAL) return roundOff(bits - REBIAS, 13);
  word[0] = bits;
  return bitsOf((float[0] ?? 0) + 0.5) - ONE_HALF;
}

function bfloat16Magnitude(bits: number): number {
  return bits > INFINITY ? 0x7fc0 : roundOff(bits, 16);
}

function rounding(magnitude: (bits: number) => number): (values: Float32Array) => Uint16Array {
  return (values) => {
    const words = new Uint32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
    const halves = new Uint16Array(words.length);
    for (let index = 0; index < words.length; index += 1) {
      const bits = words[index] ?? 0;
      halves[index] = ((bits >>> 16) & 0x8000) | magnitude(bits & MAGNITUDE);
    }
    return halves;
  };
}

/** Converts float32 to IEEE 754 binary16: to the nearest, ties to even, subnormal numbers kept, infinity from 65520 on. */
export const floatToHalf = rounding(halfMagnitude);

/** Converts float32 to bfloat16: to the nearest, ties to even; finite numbers that round to a value above the largest bfloat16 become infinity. */
export const floatToBfloat16 = rounding(bfloat16Magnitude);
