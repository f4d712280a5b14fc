/** The day that chat templates are told is today, where they write the date. */

/**
 * The day they are told unless another is chosen: fixed, so that the same data makes the same tokens on every day, and a
 * rerun finds its run. It is the one that Llama 3's templates write where they are told none.
 */
export const defaultTemplateDate = "2024-07-26";

const form = /^(\d{4})-(\d{2})-(\d{2})$/;

/** True for a day that there is, written "YYYY-MM-DD". */
export function isDay(text: string): boolean {
  return form.test(text) && dayOf(noonOf(text)) === text;
}

/** Noon of a day written "YYYY-MM-DD", in local time: the same day in every zone. */
export function noonOf(day: string): Date {
  return new Date(`${day}T12:00:00`);
}

/** The day of a time on the local calendar, written "YYYY-MM-DD". */
export function dayOf(time: Date): string {
  const digits = (value: number, length: number) => String(value).padStart(length, "0");
  return `${digits(time.getFullYear(), 4)}-${digits(time.getMonth() + 1, 2)}-${digits(time.getDate(), 2)}`;
}
