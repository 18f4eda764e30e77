/** Tidies jumps: threads them through jumps, drops those to the next instruction, turns a branch over a jump into one branch. */
import { type BranchOp, endsFlow, type Ins, inverseBranch, isBranch, NONE } from "./ir.ts";

export function simplifyFlow(input: readonly Ins[]): Ins[] {
  let code = [...input];
  for (let round = 0; round < 4; round++) {
    const before = code.length;
    threadJumps(code);
    code = dropDeadCode(code);
    code = shortenBranches(code);
    if (code.length === before) break;
  }
  return code;
}

/** Label numbers that some instruction may jump to. */
function usedLabels(code: readonly Ins[]): Set<number> {
  const used = new Set<number>();
  for (let at = 0; at < code.length; at++) {
    const ins = code[at]!;
    if (ins.op !== "label" && ins.label !== NONE) used.add(ins.label);
    const targets = ins.info?.targets;
    if (targets !== undefined) for (const target of targets) used.add(target);
  }
  return used;
}

/** A jump to a jump goes to where that one goes. */
function threadJumps(code: readonly Ins[]): void {
  const positions = new Map<number, number>();
  for (let at = 0; at < code.length; at++) if (code[at]!.op === "label") positions.set(code[at]!.label, at);
  const finalTarget = (label: number): number => {
    for (let hops = 0; hops < 8; hops++) {
      let at = positions.get(label)!;
      while (at < code.length && code[at]!.op === "label") at++;
      if (at >= code.length || code[at]!.op !== "j" || code[at]!.label === label) return label;
      label = code[at]!.label;
    }
    return label;
  };
  for (let at = 0; at < code.length; at++) {
    const ins = code[at]!;
    if (ins.op === "j" || isBranch(ins.op)) ins.label = finalTarget(ins.label);
  }
}

/** Drops what stands between an unconditional jump and the next label that is jumped to. */
function dropDeadCode(code: readonly Ins[]): Ins[] {
  const used = usedLabels(code);
  const kept: Ins[] = [];
  let reachable = true;
  for (let at = 0; at < code.length; at++) {
    const ins = code[at]!;
    if (ins.op === "label") {
      if (!used.has(ins.label)) continue;
      reachable = true;
    }
    if (!reachable) continue;
    kept.push(ins);
    if (endsFlow(ins.op)) reachable = false;
  }
  return kept;
}

function shortenBranches(code: readonly Ins[]): Ins[] {
  const kept: Ins[] = [];
  for (let at = 0; at < code.length; at++) {
    const ins = code[at]!;
    if (ins.op === "j" && leadsTo(code, at + 1, ins.label)) continue;
    const next = code[at + 1];
    if (isBranch(ins.op) && next?.op === "j" && leadsTo(code, at + 2, ins.label)) {
      ins.op = inverseBranch(ins.op as BranchOp);
      ins.label = next.label;
      kept.push(ins);
      at++;
      continue;
    }
    kept.push(ins);
  }
  return kept;
}

/** Only labels stand between position `at` and the given label. */
function leadsTo(code: readonly Ins[], at: number, label: number): boolean {
  while (at < code.length && code[at]!.op === "label") {
    if (code[at]!.label === label) return true;
    at++;
  }
  return false;
}
