/** As much of a terminal as the line editor needs: printing with wrap, CR, LF, BS and the CSI sequences A C H J K. */
export class Screen {
  readonly columns: number;
  readonly rows: string[][] = [[]];
  row = 0;
  column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** The rows as text, without trailing blanks. */
  get lines(): string[] {
    return this.rows.map((cells) =>
      Array.from(cells, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
  }

  write(text: string): void {
    for (const match of text.matchAll(/\x1b\[([0-9;?]*)([A-Za-z])|[\s\S]/gu)) {
      if (match[2] !== undefined) this.control(match[1] ?? "", match[2]);
      else this.put(match[0]);
    }
  }

  private put(c: string): void {
    if (c === "\r") this.column = 0;
    else if (c === "\n") this.down();
    else if (c === "\b") this.column = Math.max(0, this.column - 1);
    else if (c >= " ") {
      if (this.column === this.columns) {
        this.column = 0;
        this.down();
      }
      (this.rows[this.row] as string[])[this.column++] = c;
    }
  }

  private down(): void {
    this.row++;
    while (this.rows.length <= this.row) this.rows.push([]);
  }

  private control(parameters: string, final: string): void {
    const count = Number.parseInt(parameters, 10) || 1;
    if (final === "A") this.row = Math.max(0, this.row - count);
    else if (final === "C") this.column = Math.min(this.columns - 1, this.column + count);
    else if (final === "H") this.row = this.column = 0;
    else if (final === "K" || (final === "J" && parameters !== "2")) {
      (this.rows[this.row] as string[]).length = Math.min(this.column, (this.rows[this.row] as string[]).length);
      if (final === "J") this.rows.length = this.row + 1;
    } else if (final === "J") this.rows.splice(0, this.rows.length, []);
  }
}
