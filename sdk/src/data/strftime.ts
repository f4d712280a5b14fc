/** Python's strftime for chat templates that write the date, in English whatever the machine's language is. */

const english = (date: Date, options: Intl.DateTimeFormatOptions) => date.toLocaleDateString("en-US", options);
const digits = (value: number) => String(value).padStart(2, "0");

const codes: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => digits(date.getFullYear() % 100),
  m: (date) => digits(date.getMonth() + 1),
  d: (date) => digits(date.getDate()),
  H: (date) => digits(date.getHours()),
  M: (date) => digits(date.getMinutes()),
  S: (date) => digits(date.getSeconds()),
  b: (date) => english(date, { month: "short" }),
  B: (date) => english(date, { month: "long" }),
  a: (date) => english(date, { weekday: "short" }),
  A: (date) => english(date, { weekday: "long" }),
  "%": () => "%",
};

/** Writes a date in local time. Throws RangeError for a code that is not known here, rather than write another text. */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(.?)/gs, (whole, code: string) => {
    const write = codes[code];
    if (write === undefined)
      throw new RangeError(`strftime: found ${whole}, wanted one of %${Object.keys(codes).join(", %")}`);
    return write(date);
  });
}
