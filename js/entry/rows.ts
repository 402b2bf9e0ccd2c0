import { defineView } from "../host/define";
import pictures from "../ui/pictures.css";
import theme from "../ui/theme.css";
import { Rows } from "../views/rows/view";
import css from "../views/rows/view.css";

export default defineView(Rows, [theme, pictures, css]);
