import { defineView } from "../host/define";
import slider from "../ui/data_slider.css";
import theme from "../ui/theme.css";
import { Whatif } from "../views/whatif/view";
import css from "../views/whatif/view.css";

export default defineView(Whatif, [theme, slider, css]);
