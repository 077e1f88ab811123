/** Fraction bits of Pillow's fixed-point format: 8 bits are for the sample, 2 for overshoot, the rest for the fraction. */
export const PRECISION_BITS = 32 - 8 - 2;

/** Radius of the kernel, in pixels: it is zero from there on. */
const KERNEL_SUPPORT = 2;

/** Filter taps of one axis: output `i` is the sum of `count[i]` inputs from `first[i]` on, weighted by `weights` from `i * stride` on. */
export interface Taps {
  readonly stride: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Fixed point with `PRECISION_BITS` fraction bits. The weights of one output sum to one. */
  readonly weights: Int32Array;
}

/** Computes the taps of one axis as `precompute_coeffs` and `normalize_coeffs_8bpc` in Pillow's Resample.c do. */
export function bicubicTaps(inputSize: number, outputSize: number): Taps {
  const scale = inputSize / outputSize;
  // Downscaling widens the kernel by the scale factor, which is the antialiasing.
  const widening = Math.max(scale, 1);
  const support = KERNEL_SUPPORT * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  for (let output = 0; output < outputSize; output += 1) {
    const center = (output + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(inputSize, Math.trunc(center + support + 0.5));
    // Adds and multiplies in Pillow's order, because another order rounds differently.
    const kernel = Float64Array.from({ length: end - begin }, (_, tap) =>
      bicubic((tap + begin - center + 0.5) * (1 / widening)),
    );
    first[output] = begin;
    count[output] = end - begin;
    weights.set(toFixedPoint(kernel), output * stride);
  }
  return { stride, first, count, weights };
}

/** Divides by the sum in double precision, then rounds half away from zero. */
function toFixedPoint(kernel: Float64Array): Int32Array {
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return Int32Array.from(kernel, (weight) => {
    const scaled = (weight / sum) * (1 << PRECISION_BITS);
    return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  });
}

/** Keys' cubic convolution kernel with a = -0.5. */
function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < KERNEL_SUPPORT ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
