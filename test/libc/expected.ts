/**
 * What programs/malloc-trace.c prints, worked out by hand: the block list after each step.
 *
 * Block sizes by hand: request + 8 bytes of header, rounded up to 16, at least 32. So 24 -> 32, 100 -> 112, 40 -> 48,
 * 200 -> 208, 50 -> 64, 180 -> 192, 500 -> 512.
 */
export const MALLOC_TRACE: readonly string[] = [
  "four blocks: used:32@0 used:112@32 used:48@144 used:208@192 top@400",
  "free b: used:32@0 free:112@32 used:48@144 used:208@192 top@400",
  "e splits b's place: used:32@0 used:64@32 free:48@96 used:48@144 used:208@192 top@400",
  "free a and c: free:32@0 used:64@32 free:96@96 used:208@192 top@400",
  "free e coalesces both sides: free:192@0 used:208@192 top@400",
  "f fits exactly: used:192@0 used:208@192 top@400",
  "free d joins the top: used:192@0 top@192",
  "f grows in place into the top: used:512@0 top@512",
  "f shrinks in place: used:112@0 free:400@112 used:32@512 top@544",
  "aligned 1",
  // 200000 + 8 of header + 8 of links, in whole pages: 49 × 4096
  "m has its own mapping: used:112@0 free:400@112 used:32@512 top@544 mapped:200704",
  "all free: top@0",
  "zero bytes are a block 1, payload aligned 1",
  "sbrk 1 mmap 1 munmap 1",
];
