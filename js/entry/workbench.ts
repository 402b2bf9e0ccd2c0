import { defineView } from "../host/define";
import { exposeWorkbench } from "../host/workbench_handle";
import theme from "../ui/theme.css";
import { Workbench } from "../views/workbench/view";
import css from "../views/workbench/view.css";

export default defineView(Workbench, [theme, css], exposeWorkbench);
