/**
 * Local value numbering: within code that is entered at its top only, a value that has been computed or loaded before is not computed
 * again, and a use of a copy becomes a use of the original.
 *
 * Registers have versions, because variables are assigned many times: an entry holds as long as all versions that it mentions do. Memory
 * is forgotten at stores that may overlap and at calls. Leaves out: anything across a label (no global analysis).
 */
import { type Ins, isBranch, isLoad, isStore, NONE, type StoreOp, ZERO } from "./ir.ts";
import { forEachDef } from "./liveness.ts";

interface Known {
  readonly register: number;
  readonly version: number;
}

interface KnownMemory extends Known {
  readonly op: string;
  readonly base: number;
  readonly baseVersion: number;
  readonly slot: number;
  readonly sym: string | null;
  readonly offset: number;
  readonly bytes: number;
}

const BYTES: Readonly<Record<string, number>> = { lb: 1, lbu: 1, lh: 2, lhu: 2, lw: 4, sb: 1, sh: 2, sw: 4 };
/** Values that one instruction makes from nothing: not worth a saved register across a call. */
const CHEAP = new Set(["li", "hi", "lo", "slot"]);
const NOT_NUMBERED = new Set(["mv", "cfa", "dynamic"]);

/**
 * Rewrites the code in place.
 *
 * @param variables registers of C variables: what is copied into one is used from there, so that the original may end
 */
export function reuseValues(code: readonly Ins[], registerCount: number, variables: ReadonlySet<number>): void {
  new Numbering(code, registerCount, variables).run();
}

class Numbering {
  private readonly code: readonly Ins[];
  private readonly variables: ReadonlySet<number>;
  private readonly versions: Int32Array;
  private readonly definitions: Int32Array;
  private values = new Map<string, Known>();
  private cheap = new Map<string, Known>();
  private memory: KnownMemory[] = [];
  /** What a register is a copy of. */
  private copies = new Map<number, Known>();

  constructor(code: readonly Ins[], registerCount: number, variables: ReadonlySet<number>) {
    this.code = code;
    this.variables = variables;
    this.versions = new Int32Array(registerCount);
    this.definitions = new Int32Array(registerCount);
    for (let at = 0; at < code.length; at++) {
      const { d } = code[at]!;
      if (d >= 0) this.definitions[d]!++;
    }
  }

  run(): void {
    const { code } = this;
    for (let at = 0; at < code.length; at++) {
      const ins = code[at]!;
      if (ins.op === "label") {
        this.forgetAll();
        continue;
      }
      ins.a = this.original(ins.a);
      ins.b = this.original(ins.b);
      if (isLoad(ins.op)) this.load(ins);
      else if (isStore(ins.op)) this.store(ins);
      else if (ins.op === "call" || ins.op === "callr" || ins.op === "asm") this.barrier(ins);
      else if (ins.op === "mv") this.move(ins);
      else if (ins.d > 0 && !NOT_NUMBERED.has(ins.op) && !isBranch(ins.op)) this.compute(ins);
      else this.define(ins);
    }
  }

  private forgetAll(): void {
    this.values.clear();
    this.cheap.clear();
    this.copies.clear();
    this.memory = [];
  }

  private isCurrent(known: Known | undefined): known is Known {
    return known !== undefined && this.versions[known.register] === known.version;
  }

  /** The register that this one is a copy of, while it is. Machine registers are left alone. */
  private original(register: number): number {
    if (register < 32 || this.variables.has(register)) return register;
    const known = this.copies.get(register);
    return this.isCurrent(known) && this.definitions[register] === 1 ? known.register : register;
  }

  private define(ins: Ins): void {
    forEachDef(ins, (register) => {
      this.versions[register]!++;
      this.copies.delete(register);
    });
  }

  private barrier(ins: Ins): void {
    this.memory = [];
    this.cheap.clear();
    this.define(ins);
  }

  private move(ins: Ins): void {
    const { a } = ins;
    this.define(ins);
    if (ins.d >= 32 && (a >= 32 || a === ZERO) && ins.d !== a) {
      this.copies.set(ins.d, { register: a, version: this.versions[a]! });
    }
  }

  /** Turns an instruction into a move from a register that holds its result already. */
  private replace(ins: Ins, known: Known): void {
    ins.op = "mv";
    ins.a = known.register;
    ins.b = ins.slot = NONE;
    ins.imm = 0;
    ins.sym = null;
    this.move(ins);
  }

  private compute(ins: Ins): void {
    if ((ins.a > 0 && ins.a < 32) || (ins.b > 0 && ins.b < 32) || ins.d < 32) {
      this.define(ins);
      return;
    }
    const of = (register: number): string =>
      register > 0 ? `${register}v${this.versions[register]}` : String(register);
    const key = `${ins.op} ${of(ins.a)} ${of(ins.b)} ${ins.imm} ${ins.sym} ${ins.slot}`;
    const table = CHEAP.has(ins.op) ? this.cheap : this.values;
    const known = table.get(key);
    if (this.isCurrent(known)) {
      this.replace(ins, known);
      return;
    }
    this.define(ins);
    table.set(key, { register: ins.d, version: this.versions[ins.d]! });
  }

  private placeOf(ins: Ins): Omit<KnownMemory, "register" | "version" | "op"> {
    const baseVersion = ins.a >= 0 ? this.versions[ins.a]! : 0;
    const { a: base, slot, sym, imm: offset } = ins;
    return { base, baseVersion, slot, sym, offset, bytes: BYTES[ins.op]! };
  }

  private load(ins: Ins): void {
    if (ins.pinned || ins.d < 32 || (ins.a >= 0 && ins.a < 32)) {
      this.define(ins);
      return;
    }
    const place = this.placeOf(ins);
    const known = this.memory.find(
      (entry) =>
        entry.op === ins.op && entry.offset === place.offset && this.isSameBase(entry, place) && this.isCurrent(entry),
    );
    if (known !== undefined) {
      this.replace(ins, known);
      return;
    }
    const { op } = ins;
    this.define(ins);
    // A load into its own base register changes what the entry would stand on.
    if (ins.d !== place.base) this.memory.push({ ...place, op, register: ins.d, version: this.versions[ins.d]! });
  }

  private isSameBase(a: Omit<KnownMemory, "register" | "version" | "op">, b: typeof a): boolean {
    return a.base === b.base && a.baseVersion === b.baseVersion && a.slot === b.slot && a.sym === b.sym;
  }

  private store(ins: Ins): void {
    const place = this.placeOf(ins);
    this.memory = this.memory.filter((entry) => {
      if (!this.isSameBase(entry, place)) return false;
      return entry.offset + entry.bytes <= place.offset || place.offset + place.bytes <= entry.offset;
    });
    const forwards = (ins.op as StoreOp) === "sw" && !ins.pinned && ins.b >= 32 && (ins.a < 0 || ins.a >= 32);
    if (forwards) this.memory.push({ ...place, op: "lw", register: ins.b, version: this.versions[ins.b]! });
  }
}
