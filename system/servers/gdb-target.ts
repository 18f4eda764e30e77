/** What gdb is told about the machine: target description and memory map, and how numbers travel in packets. */
import { STACK_TOP, USER_START } from "../../kernel/mm/address-space.ts";

const REGISTER_NAMES = Array.from(
  { length: 32 },
  (_, n) =>
    ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1"][n] ??
    (n < 18 ? `a${n - 10}` : n < 28 ? `s${n - 16}` : `t${n - 25}`),
);
const TYPES: Readonly<Record<string, string>> = {
  ra: "code_ptr",
  sp: "data_ptr",
  gp: "data_ptr",
  tp: "data_ptr",
  fp: "data_ptr",
};

/** Registers that packets carry: x0 to x31 and pc, number 32. */
export const REGISTERS = 33;

/** RV32 with the standard register feature. The OS is "none": gdb then steps by vCont;s instead of by breakpoints of its own. */
export const TARGET_XML: string = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
  "<target>",
  "<architecture>riscv:rv32</architecture>",
  "<osabi>none</osabi>",
  '<feature name="org.gnu.gdb.riscv.cpu">',
  ...REGISTER_NAMES.map((name) => `<reg name="${name}" bitsize="32" type="${TYPES[name] ?? "int"}"/>`),
  '<reg name="pc" bitsize="32" type="code_ptr"/>',
  "</feature>",
  "</target>",
].join("\n");

/** Every address that a program can have. What is mapped there differs by process and moment; reads say so. */
export const MEMORY_MAP_XML: string = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd">',
  "<memory-map>",
  `<memory type="ram" start="0x${USER_START.toString(16)}" length="0x${(STACK_TOP + 0x2000 - USER_START).toString(16)}"/>`,
  "</memory-map>",
].join("\n");

/** Bytes as pairs of hexadecimal digits. */
export const toHex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of such pairs, or null when they are none. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16));
}

/** A register's value in target byte order. */
export const wordToHex = (value: number): string =>
  toHex([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]);

/** The number of such a value, signed; null for anything else. */
export function hexToWord(text: string): number | null {
  const bytes = text.length === 8 ? fromHex(text) : null;
  return bytes === null ? null : bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24);
}

/** A hexadecimal number without sign and of at most 32 bits, as addresses and lengths are written; null for anything else. */
export const parseHex = (text: string): number | null =>
  /^[0-9a-fA-F]{1,8}$/.test(text) ? Number.parseInt(text, 16) : null;
