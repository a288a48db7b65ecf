import { useAddress } from "../../parts/use-address";
import { ScheduleForm } from "./form";

/** `filter` and `action` may come in the address: other pages lead here with them. */
export default function NewSchedule() {
  const { value } = useAddress();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return (
    <ScheduleForm
      name=""
      start={{ action: value("action") || "instance.stop", filter: value("filter"), cron: "0 20 * * 1,2,3,4,5", time_zone: zone, params: {}, skip: [], enabled: true }}
    />
  );
}
