/// <reference lib="es2025.float16" />

/** Whether this JavaScript runtime has `Float16Array`: workerd and Node 24 have it, Node 22 does not. */
export function hasFloat16(): boolean {
  return typeof Float16Array !== "undefined";
}

/**
 * Converts float32 to the bits of float16, rounding to nearest, ties to even; values from 65520 on become infinite. Returns bits
 * and not a `Float16Array`, because onnxruntime-node 1.30 treats a `Float16Array` as empty.
 */
export function narrow(data: Float32Array): Uint16Array {
  return new Uint16Array(new Float16Array(data).buffer);
}

/** Converts float16 to float32, exactly. Accepts both forms that the ONNX Runtimes return: a `Float16Array`, or its bits as a `Uint16Array`. */
export function widen(data: ArrayBufferView): Float32Array {
  const { buffer, byteOffset, byteLength } = data;
  return new Float32Array(new Float16Array(buffer, byteOffset, byteLength / Float16Array.BYTES_PER_ELEMENT));
}
