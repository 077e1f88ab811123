/**
 * Returns the indices of the `count` highest values, highest first. Equal values come in the order of `torch.topk` on a CPU, which
 * beam search depends on: that of libstdc++'s `partial_sort` if there are at least 64 values per result, otherwise that of its
 * `nth_element`, followed by `sort` of all results but the last. Values must not be NaN. The order is exact for a `count` of up to
 * 17, for which `sort` is an insertion sort.
 */
export function topK(values: ArrayLike<number>, count: number): readonly number[] {
  return count * 64 <= values.length ? partialSort(values, count) : selectAndSort(values, count);
}

/** Whether the value at one index comes before the value at another. */
type Before = (one: number, other: number) => boolean;

function descending(values: ArrayLike<number>): Before {
  return (one, other) => (values[one] ?? 0) > (values[other] ?? 0);
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** libstdc++'s `__adjust_heap`: moves the hole at `from` down to a leaf, then `index` up from there. */
function sink(heap: number[], from: number, length: number, index: number, before: Before): void {
  const at = (position: number): number => heap[position] ?? 0;
  let hole = from;
  for (let child = 2 * hole + 2; child <= length; child = 2 * hole + 2) {
    const later = child === length || before(at(child), at(child - 1)) ? child - 1 : child;
    heap[hole] = at(later);
    hole = later;
  }
  for (let parent = (hole - 1) >> 1; hole > from && before(at(parent), index); parent = (hole - 1) >> 1) {
    heap[hole] = at(parent);
    hole = parent;
  }
  heap[hole] = index;
}

/** libstdc++'s `partial_sort`: keeps the `count` highest values in a heap with the lowest of them on top. */
function partialSort(values: ArrayLike<number>, count: number): readonly number[] {
  const before = descending(values);
  const heap = indices(count);
  for (let at = (count - 2) >> 1; at >= 0; at--) sink(heap, at, count, heap[at] ?? 0, before);
  for (let index = count; index < values.length; index++) {
    if (before(index, heap[0] ?? 0)) sink(heap, 0, count, index, before);
  }
  for (let last = count - 1; last > 0; last--) {
    const index = heap[last] ?? 0;
    heap[last] = heap[0] ?? 0;
    sink(heap, 0, last, index, before);
  }
  return heap;
}

function swap(order: number[], one: number, other: number): void {
  [order[one], order[other]] = [order[other] ?? 0, order[one] ?? 0];
}

/** libstdc++'s `__move_median_to_first`, with the three positions from which it takes the pivot. */
function movePivotToFirst(order: number[], first: number, last: number, before: Before): void {
  const isBefore = (one: number, other: number): boolean => before(order[one] ?? 0, order[other] ?? 0);
  const [a, b, c] = [first + 1, first + ((last - first) >> 1), last - 1];
  const [low, high] = isBefore(a, b) ? [a, b] : [b, a];
  const median = isBefore(high, c) ? high : isBefore(low, c) ? c : low;
  swap(order, first, median);
}

/** Partitions `first + 1` to `last` by the pivot at `first`; returns the first position of the second part. */
function partition(order: number[], first: number, last: number, before: Before): number {
  const pivot = order[first] ?? 0;
  let [left, right] = [first + 1, last];
  for (;;) {
    while (before(order[left] ?? 0, pivot)) left++;
    right--;
    while (before(pivot, order[right] ?? 0)) right--;
    if (left >= right) return left;
    swap(order, left, right);
    left++;
  }
}

/**
 * libstdc++'s `nth_element` and `sort`, without the fallback for bad pivots, which so few values never reach. Both sorts are stable,
 * as insertion sorts are.
 */
function selectAndSort(values: ArrayLike<number>, count: number): readonly number[] {
  const before = descending(values);
  const byValue = (one: number, other: number): number => (values[other] ?? 0) - (values[one] ?? 0) || 0;
  const order = indices(values.length);
  let [first, last] = [0, values.length];
  while (last - first > 3) {
    movePivotToFirst(order, first, last, before);
    const cut = partition(order, first, last, before);
    if (cut <= count - 1) first = cut;
    else last = cut;
  }
  const selected = [
    ...order.slice(0, first),
    ...order.slice(first, last).toSorted(byValue),
    ...order.slice(last, count),
  ];
  return [...selected.slice(0, count - 1).toSorted(byValue), ...selected.slice(count - 1, count)];
}
