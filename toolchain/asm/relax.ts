/**
 * Decides the size of every point of a section: branches get the shortest form that reaches, alignment its padding, LEB128 values and
 * `.space` their length. Sizes of branches and LEB128 values only grow from round to round, so the rounds come to an end.
 */

import { compress } from "../../emulator/isa/encode.ts";
import { IMMEDIATES, packImmediate } from "../../emulator/isa/formats.ts";
import type { Assembly } from "./assembly.ts";
import { expand } from "./expressions.ts";
import { lebBytes } from "./leb128.ts";
import {
  type BranchPoint,
  type Point,
  type Resolved,
  SECTION_LIMIT_BYTES,
  type SectionBuilder,
} from "./section-builder.ts";

const ROUND_LIMIT = 1000;

/** Sets `size` of all points. */
export function relax(section: SectionBuilder, assembler: Assembly): void {
  for (const point of section.points)
    if (point.kind === "branch") point.size = point.canCompress && canBeShort(point) ? 2 : 4;
  section.sumGrowth();
  let changed = true;
  for (let round = 0; changed && round < ROUND_LIMIT; round++) {
    changed = false;
    let growth = 0;
    for (const point of section.points) {
      const size = sizeOf(point, point.raw + growth, section);
      if (size !== point.size) {
        point.size = size;
        changed = true;
      }
      growth += size;
      if (section.length + growth > SECTION_LIMIT_BYTES) {
        assembler.error(
          `section ${section.name} grows past ${SECTION_LIMIT_BYTES} bytes`,
          "span" in point ? point.span : undefined,
          "check the count",
        );
        return;
      }
    }
    section.sumGrowth();
  }
}

function sizeOf(point: Point, offset: number, section: SectionBuilder): number {
  switch (point.kind) {
    case "branch":
      return Math.max(point.size, branchSize(point, offset, section));
    case "align": {
      const padding = (point.alignBytes - (offset % point.alignBytes)) % point.alignBytes;
      return padding <= point.maxBytes ? padding : 0;
    }
    case "leb": {
      const value = finalValue(point.value);
      return Math.max(point.size, value === null ? 1 : lebBytes(value, point.isSigned).length);
    }
    case "fill":
      return Math.max(0, (finalValue(point.repeat) ?? 0) * point.widthBytes);
    case "org": {
      const target = expand(point.repeat);
      const at =
        target.plus?.section === section && target.minus === null
          ? section.offsetOf(target.plus.raw, target.plus.points) + target.addend
          : finalValue(target);
      return Math.max(0, (at ?? 0) - offset);
    }
  }
}

/** Offset in the section that a branch goes to, or null when only the linker knows. */
export function branchTarget(target: Resolved, section: SectionBuilder): number | null {
  const { plus, minus, addend } = expand(target);
  if (minus !== null || plus === null || plus.section !== section || plus.isWeak) return null;
  return section.offsetOf(plus.raw, plus.points) + addend;
}

/** Lengths: 2 and 4 as they stand, 6 and 8 with the condition inverted around a jump. A jump is taken to reach. */
function branchSize(point: BranchPoint, offset: number, section: SectionBuilder): number {
  const target = branchTarget(point.target, section);
  const short = point.canCompress && canBeShort(point);
  if (target === null) return point.isConditional ? (short ? 6 : 8) : 4;
  const distance = target - offset;
  const inside = (layout: "B" | "CB.branch" | "CJ.jump"): boolean =>
    distance >= IMMEDIATES[layout].min && distance <= IMMEDIATES[layout].max;
  if (!point.isConditional) return short && inside("CJ.jump") ? 2 : 4;
  if (short && inside("CB.branch")) return 2;
  return inside("B") ? 4 : short ? 6 : 8;
}

/** Whether a branch has a 16-bit form at all, by its registers. */
export const canBeShort = (point: BranchPoint): boolean => compress(point.word) !== null;

/** The 16-bit form of a branch word with an offset in it. */
export function shortBranch(word: number, offset: number, isConditional: boolean): number {
  return compress((word | packImmediate(offset, IMMEDIATES[isConditional ? "B" : "J"])) >>> 0) ?? 0;
}

/** The number that an expression comes to once sizes are known; null when it needs the linker. */
export function finalValue(value: Resolved): number | null {
  const { plus, minus } = expand(value);
  // The linker may put another definition in a weak symbol's place.
  return plus?.isWeak === true || minus?.isWeak === true ? null : localValue(value);
}

/** The same for what describes this file's own definitions: sizes of weak symbols too. */
export function localValue(value: Resolved): number | null {
  const { plus, minus, addend } = expand(value);
  if (plus === null && minus === null) return addend;
  if (plus === null || minus === null || plus.section === null || plus.section !== minus.section) return null;
  const { section } = plus;
  return addend + section.offsetOf(plus.raw, plus.points) - section.offsetOf(minus.raw, minus.points);
}
