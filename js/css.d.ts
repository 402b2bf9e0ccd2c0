/** Style sheets are imported as text: each view adopts them into its own shadow root. */
declare module "*.css" {
  const text: string;
  export default text;
}
