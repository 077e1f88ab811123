/** Bits of a sixteen-bit format's parts; both have one sign bit on top. */
interface Format {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

/** IEEE 754 binary16. */
const binary16: Format = { exponentBits: 5, fractionBits: 10 };

/** The upper half of a float32. */
const bfloat16: Format = { exponentBits: 8, fractionBits: 7 };

/** The value that sixteen bits stand for. */
function valueOf(bits: number, { exponentBits, fractionBits }: Format): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** All 65,536 values, made when the first tensor of the format comes: reading is a look-up. */
function tableOf(format: Format): (bits: Uint16Array) => Float32Array {
  let values: Float32Array | undefined;
  return (bits) => {
    const table = (values ??= Float32Array.from({ length: 2 ** 16 }, (_, index) => valueOf(index, format)));
    const floats = new Float32Array(bits.length);
    // A loop: `Float32Array.from` took sixty times as long.
    for (let at = 0; at < bits.length; at += 1) floats[at] = table[bits[at] ?? 0] ?? NaN;
    return floats;
  };
}

/** IEEE 754 binary16 to float32; exact. A NaN stays one, its payload is not kept. */
export const halfToFloat = tableOf(binary16);

/** bfloat16 to float32; exact. A NaN stays one, its payload is not kept. */
export const bfloat16ToFloat = tableOf(bfloat16);

/** The magnitude bits of a float32. */
const MAGNITUDE = 0x7fff_ffff;
/** Of infinity; what is above is NaN. */
const INFINITY = 0x7f80_0000;
/** Of 65520, from which binary16 rounds to infinity. */
const HALF_OVERFLOW = 0x477f_f000;
/** Of 2^-14, below which binary16 is subnormal. */
const HALF_NORMAL = 0x3880_0000;
/** Of 0.5, whose neighbour is 2^-24 away, as far as subnormal binary16 numbers are from each other: adding it rounds to one. */
const ONE_HALF = 0x3f00_0000;
/** What the exponents' biases differ by, 127 - 15, at the exponent's place. */
const REBIAS = 112 << 23;

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return word[0] ?? 0;
}

/** Drops the lowest bits of a number, to the nearest, ties to even. A carry runs into the exponent, as it should. */
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
    for (let at = 0; at < words.length; at += 1) {
      const bits = words[at] ?? 0;
      halves[at] = ((bits >>> 16) & 0x8000) | magnitude(bits & MAGNITUDE);
    }
    return halves;
  };
}

/** float32 to IEEE 754 binary16: to the nearest, ties to even, subnormal numbers kept, infinity from 65520 on. */
export const floatToHalf = rounding(halfMagnitude);

/** float32 to bfloat16: to the nearest, ties to even; finite numbers within half a unit of the largest become infinity. */
export const floatToBfloat16 = rounding(bfloat16Magnitude);
