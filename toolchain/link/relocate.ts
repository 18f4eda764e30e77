/**
 * Applies relocations: computes each value from symbol S, addend A and place P, checks that it fits, and writes it into the
 * instruction or datum. Formulas: RISC-V psABI, table "Relocation types". RELAX is ignored, for nothing is relaxed; ALIGN has been dealt
 * with in align.ts.
 */

import { IMMEDIATES, type ImmediateName, packImmediate } from "../../emulator/isa/formats.ts";
import { Reloc, relocName, SectionFlag, SectionType } from "../elf/constants.ts";
import { NO_SYMBOL, type Relocation } from "../elf/object.ts";
import { gotKey, usesGot } from "./got.ts";
import { threadBlock } from "./layout.ts";
import { DISCARDED, type InputSection, type Link, type LoadedObject, type OutputSection } from "./model.ts";
import { functionAt, symbolVaddr } from "./symbols.ts";

/** Bias of DTPREL offsets (psABI, "Dynamic Linking: TLS"). */
const TLS_DTV_OFFSET = 0x800;

/** Copies contents into the output sections and applies all relocations. */
export function relocateAll(link: Link): void {
  const thread = threadBlock(link);
  for (const output of link.outputs) {
    if (output.type === SectionType.NOBITS) continue;
    output.bytes = new Uint8Array(output.sizeBytes);
    for (const input of output.inputs) output.bytes.set(input.section.bytes, input.offset);
  }
  const view = (output: OutputSection): DataView => new DataView(output.bytes.buffer);
  const gotView = link.gotSection === null ? null : view(link.gotSection);
  for (const output of link.outputs) {
    if (output.type === SectionType.NOBITS || output.inputs.length === 0) continue;
    const outputView = view(output);
    for (const input of output.inputs) {
      new SectionRelocator(link, input, outputView, gotView, thread?.vaddr ?? 0).run();
    }
  }
}

/** `csrrw x0, cycle, x0`: GNU's `unimp`, illegal on every hart because the counter is read-only. */
const UNIMP = 0xc0001073;

/** Bits of an instruction word that an immediate layout covers. */
const maskOf = (name: ImmediateName): number => packImmediate(-1, IMMEDIATES[name]);
const MASKS = { I: maskOf("I"), S: maskOf("S"), B: maskOf("B"), J: maskOf("J"), U: maskOf("U") } as const;

/** The relocations of one input section. */
class SectionRelocator {
  private readonly link: Link;
  private readonly input: InputSection;
  private readonly object: LoadedObject;
  private readonly view: DataView;
  private readonly gotView: DataView | null;
  private readonly threadVaddr: number;
  private readonly informational: boolean;

  constructor(link: Link, input: InputSection, view: DataView, gotView: DataView | null, threadVaddr: number) {
    this.link = link;
    this.input = input;
    this.object = input.object;
    this.view = view;
    this.gotView = gotView;
    this.threadVaddr = threadVaddr;
    this.informational = (input.section.flags & SectionFlag.ALLOC) === 0;
  }

  run(): void {
    const { relocations, bytes } = this.input.section;
    for (let i = 0; i < relocations.length; i++) {
      const entry = relocations[i]!;
      if (entry.type === Reloc.NONE || entry.type === Reloc.RELAX || entry.type === Reloc.ALIGN) continue;
      if (entry.offset + widthOf(entry.type) > bytes.length) {
        this.fail(
          entry,
          `${relocName(entry.type)} reaches past the end of the section`,
          "the object is damaged: build it again",
        );
        continue;
      }
      if (entry.type === Reloc.SET_ULEB128) this.setUleb(entry, relocations[++i]);
      else this.apply(entry);
    }
  }

  private apply(entry: Relocation): void {
    const at = this.input.offset + entry.offset;
    const place = this.input.output!.vaddr + at;
    const value = this.valueOf(entry);
    const { view } = this;
    switch (entry.type) {
      case Reloc.ABS32:
      case Reloc.SET32:
        view.setUint32(at, value >>> 0, true);
        return;
      case Reloc.PCREL32:
      case Reloc.PLT32:
        view.setUint32(at, (value - place) >>> 0, true);
        return;
      case Reloc.BRANCH:
        this.branch(entry, at, value - place, "B");
        return;
      case Reloc.JAL:
        this.branch(entry, at, value - place, "J");
        return;
      case Reloc.RVC_BRANCH:
        this.branch(entry, at, value - place, "CB.branch");
        return;
      case Reloc.RVC_JUMP:
        this.branch(entry, at, value - place, "CJ.jump");
        return;
      case Reloc.CALL:
      case Reloc.CALL_PLT:
        this.upper(at, value - place);
        this.insert(at + 4, "I", (value - place) | 0);
        return;
      case Reloc.HI20:
      case Reloc.TPREL_HI20:
        this.upper(at, value);
        return;
      case Reloc.PCREL_HI20:
      case Reloc.GOT_HI20:
      case Reloc.TLS_GOT_HI20:
      case Reloc.TLS_GD_HI20:
        this.upper(at, value - place);
        return;
      case Reloc.LO12_I:
      case Reloc.TPREL_LO12_I:
        this.insert(at, "I", value | 0);
        return;
      case Reloc.LO12_S:
      case Reloc.TPREL_LO12_S:
        this.insert(at, "S", value | 0);
        return;
      case Reloc.PCREL_LO12_I:
        this.insert(at, "I", this.pcrelOffset(entry));
        return;
      case Reloc.PCREL_LO12_S:
        this.insert(at, "S", this.pcrelOffset(entry));
        return;
      case Reloc.TPREL_ADD:
        return;
      case Reloc.TLS_DTPREL32:
        view.setUint32(at, (value - this.threadVaddr - TLS_DTV_OFFSET) >>> 0, true);
        return;
      case Reloc.TLS_TPREL32:
        view.setUint32(at, (value - this.threadVaddr) >>> 0, true);
        return;
      case Reloc.TLS_DTPMOD32:
        view.setUint32(at, 1, true);
        return;
      default:
        this.data(entry, at, value);
        return;
    }
  }

  /** The ADD, SUB and SET families: arithmetic on what stands there. */
  private data(entry: Relocation, at: number, value: number): void {
    const { view } = this;
    switch (entry.type) {
      case Reloc.ADD8:
        view.setUint8(at, view.getUint8(at) + value);
        return;
      case Reloc.ADD16:
        view.setUint16(at, view.getUint16(at, true) + value, true);
        return;
      case Reloc.ADD32:
        view.setUint32(at, (view.getUint32(at, true) + value) >>> 0, true);
        return;
      case Reloc.ADD64:
        view.setBigUint64(at, view.getBigUint64(at, true) + BigInt(value), true);
        return;
      case Reloc.SUB8:
        view.setUint8(at, view.getUint8(at) - value);
        return;
      case Reloc.SUB16:
        view.setUint16(at, view.getUint16(at, true) - value, true);
        return;
      case Reloc.SUB32:
        view.setUint32(at, (view.getUint32(at, true) - value) >>> 0, true);
        return;
      case Reloc.SUB64:
        view.setBigUint64(at, view.getBigUint64(at, true) - BigInt(value), true);
        return;
      case Reloc.SET6:
        view.setUint8(at, (view.getUint8(at) & 0xc0) | (value & 0x3f));
        return;
      case Reloc.SUB6:
        view.setUint8(at, (view.getUint8(at) & 0xc0) | ((view.getUint8(at) - value) & 0x3f));
        return;
      case Reloc.SET8:
        view.setUint8(at, value);
        return;
      case Reloc.SET16:
        view.setUint16(at, value, true);
        return;
      case Reloc.ABS64:
        view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
        return;
      default:
        this.fail(
          entry,
          `${relocName(entry.type)} is not a relocation that a static program can have`,
          "compile without -fPIC and for rv32ima with the ilp32 ABI",
        );
    }
  }

  /** S + A, or the address of the GOT slot that holds it; thread-local offsets are relative to tp. */
  private valueOf(entry: Relocation): number {
    const { type, symbol, addend } = entry;
    if (usesGot(type) && symbol !== NO_SYMBOL)
      return this.fillGot(
        gotKey(this.link, this.object, symbol, addend, type)!,
        symbolVaddr(this.object, symbol) + addend,
      );
    let vaddr = symbol === NO_SYMBOL ? 0 : this.object.addresses[symbol]!;
    if (vaddr === DISCARDED) {
      // Zero pairs end a list of ranges or locations, so a reference to dead code must not look like one.
      if (this.informational) return /^\.debug_(ranges|loc)$/.test(this.input.section.name) ? 1 : 0;
      vaddr = 0;
    }
    const isThread = type === Reloc.TPREL_HI20 || type === Reloc.TPREL_LO12_I || type === Reloc.TPREL_LO12_S;
    return isThread ? vaddr + addend - this.threadVaddr : vaddr + addend;
  }

  private fillGot(key: string, value: number): number {
    const slot = this.link.got.get(key)!;
    if (slot.kind === "address") this.gotView!.setUint32(slot.offset, value >>> 0, true);
    else if (slot.kind === "tprel") this.gotView!.setUint32(slot.offset, (value - this.threadVaddr) >>> 0, true);
    else {
      this.gotView!.setUint32(slot.offset, 1, true);
      this.gotView!.setUint32(slot.offset + 4, (value - this.threadVaddr - TLS_DTV_OFFSET) >>> 0, true);
    }
    return this.link.gotSection!.vaddr + slot.offset;
  }

  /**
   * %pcrel_lo names the auipc, not the variable: the offset is that of the relocation which stands on that auipc.
   */
  private pcrelOffset(entry: Relocation): number {
    const local = entry.symbol === NO_SYMBOL ? undefined : this.object.file.symbols[entry.symbol];
    const target = local === undefined || local.section < 0 ? undefined : this.object.sections[local.section];
    const high = target === undefined ? undefined : highsOf(target).get(local!.value);
    if (high === undefined || target!.output === null) {
      this.fail(
        entry,
        "%pcrel_lo without its %pcrel_hi: the symbol must be the label of an auipc",
        "write `1: auipc a0, %pcrel_hi(x)` and `%pcrel_lo(1b)`",
      );
      return 0;
    }
    const place = target!.output.vaddr + target!.offset + high.offset;
    return (this.valueOf(high) - place) | 0;
  }

  /** Writes the upper 20 bits, rounded so that the sign-extended low 12 bits complete them. */
  private upper(at: number, value: number): void {
    this.insert(at, "U", (value + 0x800) & ~0xfff);
  }

  private insert(at: number, layout: "I" | "S" | "U", value: number): void {
    const low = layout === "U" ? value : (value << 20) >> 20;
    const word = this.view.getUint32(at, true) & ~MASKS[layout];
    this.view.setUint32(at, (word | packImmediate(low, IMMEDIATES[layout])) >>> 0, true);
  }

  private branch(entry: Relocation, at: number, offset: number, layout: "B" | "J" | "CB.branch" | "CJ.jump"): void {
    const { min, max } = IMMEDIATES[layout];
    if (offset < min || offset > max || (offset & 1) !== 0) {
      if (this.isAbsentWeak(entry)) this.trap(at, layout);
      else this.tooFar(entry, offset, min);
      return;
    }
    const bits = packImmediate(offset, IMMEDIATES[layout]);
    if (layout === "B" || layout === "J")
      this.view.setUint32(at, ((this.view.getUint32(at, true) & ~MASKS[layout]) | bits) >>> 0, true);
    else this.view.setUint16(at, (this.view.getUint16(at, true) & ~packImmediate(-1, IMMEDIATES[layout])) | bits, true);
  }

  private isAbsentWeak({ symbol }: Relocation): boolean {
    const global = symbol === NO_SYMBOL ? null : this.object.globals[symbol];
    return global?.state === "undefined" && global.weak;
  }

  /** In place of a jump to an absent weak function, whose address 0 is out of reach: only a program that calls nothing gets there. */
  private trap(at: number, layout: "B" | "J" | "CB.branch" | "CJ.jump"): void {
    if (layout === "B" || layout === "J") this.view.setUint32(at, UNIMP, true);
    else this.view.setUint16(at, 0, true);
  }

  private tooFar(entry: Relocation, offset: number, min: number): void {
    const name = entry.symbol === NO_SYMBOL ? "?" : this.object.file.symbols[entry.symbol]!.name;
    const global = entry.symbol === NO_SYMBOL ? null : this.object.globals[entry.symbol];
    if (global?.state === "undefined" && !global.weak) return;
    const reach = `±${-min >= 1 << 20 ? `${-min / (1 << 20)} MiB` : `${-min} bytes`}`;
    this.fail(
      entry,
      `the ${entry.type === Reloc.JAL || entry.type === Reloc.RVC_JUMP ? "jump" : "branch"} to "${name}" is ${offset} bytes long and reaches ${reach}`,
      (offset & 1) !== 0
        ? "the target is at an odd address: check what the symbol stands for"
        : "use `call`/`tail`, which reach everywhere, or move the two closer together",
    );
  }

  /** SET_ULEB128 and SUB_ULEB128 come in pairs and give a difference, written in as many bytes as stand there. */
  private setUleb(set: Relocation, sub: Relocation | undefined): void {
    if (sub === undefined || sub.type !== Reloc.SUB_ULEB128 || sub.offset !== set.offset) {
      this.fail(set, "R_RISCV_SET_ULEB128 without its R_RISCV_SUB_ULEB128", "the object is damaged: build it again");
      return;
    }
    let value = (this.valueOf(set) - this.valueOf(sub)) >>> 0;
    let at = this.input.offset + set.offset;
    const end = this.input.offset + this.input.section.bytes.length;
    for (let more = true; more && at < end; at++) {
      more = (this.view.getUint8(at) & 0x80) !== 0;
      this.view.setUint8(at, (value & 0x7f) | (more ? 0x80 : 0));
      value >>>= 7;
    }
    if (value !== 0)
      this.fail(set, "a difference of labels needs more ULEB128 bytes than were left for it", "build the object again");
  }

  private fail(entry: Relocation, message: string, hint: string): void {
    const { object, section } = this.input;
    const inside = functionAt(object, object.file.sections.indexOf(section), entry.offset);
    this.link.problems.error(message, null, {
      place: `${object.file.name}: ${inside === null ? "" : `in ${inside}, `}${section.name}+0x${entry.offset.toString(16)}`,
      hint,
    });
  }
}

/** Bytes that a relocation writes. */
function widthOf(type: number): number {
  switch (type) {
    case Reloc.ADD8:
    case Reloc.SUB8:
    case Reloc.SET8:
    case Reloc.SET6:
    case Reloc.SUB6:
    case Reloc.SET_ULEB128:
    case Reloc.SUB_ULEB128:
      return 1;
    case Reloc.ADD16:
    case Reloc.SUB16:
    case Reloc.SET16:
    case Reloc.RVC_BRANCH:
    case Reloc.RVC_JUMP:
      return 2;
    case Reloc.CALL:
    case Reloc.CALL_PLT:
    case Reloc.ADD64:
    case Reloc.SUB64:
    case Reloc.ABS64:
      return 8;
    default:
      return 4;
  }
}

const HIGH_TYPES: ReadonlySet<number> = new Set([
  Reloc.PCREL_HI20,
  Reloc.GOT_HI20,
  Reloc.TLS_GOT_HI20,
  Reloc.TLS_GD_HI20,
]);
const HIGHS = new WeakMap<InputSection, Map<number, Relocation>>();

/** The auipc relocations of a section by offset, gathered once. */
function highsOf(input: InputSection): Map<number, Relocation> {
  let highs = HIGHS.get(input);
  if (highs === undefined) {
    highs = new Map();
    for (const entry of input.section.relocations) if (HIGH_TYPES.has(entry.type)) highs.set(entry.offset, entry);
    HIGHS.set(input, highs);
  }
  return highs;
}
