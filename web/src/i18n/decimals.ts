const PARTS = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The sum of two decimal texts, to the last digit: a float would lose some. */
export function added(one: string, other: string): string {
  const [left, right] = [partsOf(one), partsOf(other)];
  const places = Math.max(left.places, right.places);
  const sum = left.units * 10n ** BigInt(places - left.places) + right.units * 10n ** BigInt(places - right.places);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const rest = digits.slice(digits.length - places).replace(/0+$/, "");
  return `${sum < 0n ? "-" : ""}${whole}${rest ? `.${rest}` : ""}`;
}

function partsOf(text: string): { units: bigint; places: number } {
  const found = PARTS.exec(text.trim());
  if (!found) throw new Error(`${text} is no decimal`);
  const [, sign = "", whole = "0", rest = ""] = found;
  return { units: BigInt(`${sign}${whole}${rest}`), places: rest.length };
}
