/// <reference lib="es2025.float16" />

/** Whether this platform has half-precision numbers: workerd and Node 24 do, Node 22 does not. */
export function hasFloat16(): boolean {
  return typeof Float16Array !== "undefined";
}

/**
 * float32 → the bits of float16, rounded to the nearest, ties to even; infinite from 65520 on. Bits and not a
 * `Float16Array`, because onnxruntime-node 1.30 takes one for empty.
 */
export function narrow(data: Float32Array): Uint16Array {
  return new Uint16Array(new Float16Array(data).buffer);
}

/** float16 as either ONNX Runtime gives it, a `Float16Array` or its bits as a `Uint16Array` → float32, exactly. */
export function widen(data: ArrayBufferView): Float32Array {
  const { buffer, byteOffset, byteLength } = data;
  return new Float32Array(new Float16Array(buffer, byteOffset, byteLength / Float16Array.BYTES_PER_ELEMENT));
}
