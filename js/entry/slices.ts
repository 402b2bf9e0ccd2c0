import { defineView } from "../host/define";
import slider from "../ui/data_slider.css";
import theme from "../ui/theme.css";
import { Slices } from "../views/slices/view";
import css from "../views/slices/view.css";

export default defineView(Slices, [theme, slider, css]);
