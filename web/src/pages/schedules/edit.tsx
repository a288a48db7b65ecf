import { useParams } from "react-router";

import { Shown } from "../../parts/states";
import { ScheduleForm } from "./form";
import { useSchedule } from "./schedule";

export default function EditSchedule() {
  const { schedule: name = "" } = useParams();
  return (
    <Shown whole of={useSchedule(name)}>
      {(found) => (
        <ScheduleForm
          name={found.name}
          version={found.version}
          start={{ action: found.action, filter: found.filter, cron: found.cron, time_zone: found.time_zone, params: found.params, skip: found.skip, enabled: found.enabled, tenant: found.tenant_id }}
        />
      )}
    </Shown>
  );
}
