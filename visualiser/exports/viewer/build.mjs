// Makes three.min.js, the part of three.js that the offline page uses, from its npm package. Run it here when three.js is to be renewed:
//     npm install --no-save three@0.187.0 esbuild@0.28.2 && node build.mjs && rm -r node_modules
// The result is kept in the repository, with three.LICENSE beside it, so that neither installing nor exporting needs npm or a network.
import { copyFileSync } from "node:fs";
import { build } from "esbuild";

const core = [
  "AnimationMixer", "Box3", "Color", "DirectionalLight", "Group", "HemisphereLight", "Matrix4", "MeshDepthMaterial", "NoBlending",
  "PerspectiveCamera", "RGBADepthPacking", "Raycaster", "SRGBColorSpace", "Scene", "Sphere", "Vector2", "Vector3",
  "WebGLRenderTarget", "WebGLRenderer",
];
await build({
  stdin: {
    contents: `
      export { ${core.join(", ")} } from "three";
      export { OrbitControls } from "three/addons/controls/OrbitControls.js";
      export { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";`,
    resolveDir: ".",
  },
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "THREE",
  target: "es2020",
  legalComments: "inline",
  outfile: "three.min.js",
});
copyFileSync("node_modules/three/LICENSE", "three.LICENSE");
