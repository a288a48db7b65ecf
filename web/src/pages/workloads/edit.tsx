import { useParams } from "react-router";

import { Shown } from "../../parts/states";
import { WorkloadForm } from "./form";
import { useWorkload } from "./use-workload";

export default function EditWorkload() {
  const { workload: name = "" } = useParams();
  return <Shown whole of={useWorkload(name)}>{(found) => <WorkloadForm key={found.version} name={found.name} version={found.version} start={found.text} />}</Shown>;
}
