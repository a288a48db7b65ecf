import { useMoney } from "../../i18n/money";

/** An amount; what is not known is a dash, and one with gaps is a lower bound. */
export function useAmount(): (amount: string | null | undefined, currency: string, complete?: boolean) => string {
  const { money } = useMoney();
  return (amount, currency, complete = true) => (amount == null || complete ? money(amount, currency) : `≥ ${money(amount, currency)}`);
}
