import { useParams } from "react-router";

import { Shown } from "../../parts/states";
import { PolicyForm } from "./form";
import { usePolicy } from "./use-policy";

export default function EditPolicy() {
  const { policy: id = "" } = useParams();
  return <Shown whole of={usePolicy(id)}>{(found) => <PolicyForm key={found.version} id={found.id} version={found.version} start={found.document} />}</Shown>;
}
