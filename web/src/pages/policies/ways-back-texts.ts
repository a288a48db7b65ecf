import { catalogue } from "../../i18n/messages";

export const texts = catalogue({
  title: { en: "Ways back", zh: "解决途径" },
  what: { en: "Places where no hard policy speaks against it, and what that changes in a month", zh: "没有强制策略阻止的位置，以及每月费用变化" },
  nowhere: { en: "No place is left by the policies", zh: "没有策略允许的位置" },
  location: { en: "Place", zh: "位置" },
  room: { en: "Room", zh: "容量" },
  cost: { en: "Cost there", zh: "该处费用" },
  difference: { en: "Difference", zh: "差额" },
  yes: { en: "yes", zh: "有" },
  no: { en: "no", zh: "无" },
  unknown: { en: "unknown", zh: "未知" },
});
