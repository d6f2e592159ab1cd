//! Where things lie in the repository.

use std::path::{Path, PathBuf};

/// The repository, and the paths in it that the commands touch.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    root: PathBuf,
}

impl Places {
    /// The repository this helper was compiled in.
    pub(crate) fn here() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: own.parent().unwrap_or(own).to_path_buf(),
        }
    }

    /// The repository's root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Hand-written JavaScript, types and texts of the npm package.
    pub(crate) fn sdk_js(&self) -> PathBuf {
        self.root.join("sdk-wasm/js")
    }

    /// The finished npm package, as a directory.
    pub(crate) fn package(&self) -> PathBuf {
        self.root.join("sdk-wasm/pkg")
    }

    /// Cargo's target directory for wasm: two compilers may share the repository, so
    /// it is not the ordinary one.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.root.join("target/wasm")
    }

    /// Private sysroots, one for each version of the system's compiler.
    pub(crate) fn sysroots(&self) -> PathBuf {
        self.root.join("target/wasm-sysroot")
    }

    /// Packed tarballs and the size report.
    pub(crate) fn npm_out(&self) -> PathBuf {
        self.root.join("target/npm")
    }

    /// Pinned npm tools of the build: wasm-opt and esbuild.
    pub(crate) fn npm_tools(&self) -> PathBuf {
        self.root.join("xtask/npm")
    }

    /// What the npm package weighs, with its peers beside it.
    pub(crate) fn sizes(&self) -> PathBuf {
        self.root.join("sdk-wasm/SIZES.md")
    }

    /// The npm package's reference.
    pub(crate) fn reference(&self) -> PathBuf {
        self.root.join("sdk-wasm/docs")
    }

    /// Pinned npm tools that write it.
    pub(crate) fn reference_tools(&self) -> PathBuf {
        self.root.join("xtask/docs")
    }

    /// Pinned packages of others, which are weighed beside ours.
    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("xtask/peers")
    }

    /// Tests of the built package that Node runs.
    pub(crate) fn package_tests(&self) -> PathBuf {
        self.root.join("sdk-wasm/js-tests")
    }

    /// The emulator.
    pub(crate) fn emulator(&self) -> PathBuf {
        self.root.join("emulator")
    }

    /// Which test shows what of the emulator.
    pub(crate) fn coverage(&self) -> PathBuf {
        self.root.join("emulator/COVERAGE.md")
    }

    /// Why some lines of that table have no test.
    pub(crate) fn coverage_reasons(&self) -> PathBuf {
        self.root.join("emulator/coverage.json")
    }

    /// Which test shows what becomes of which fault.
    pub(crate) fn faults(&self) -> PathBuf {
        self.root.join("tests/FAULTS.md")
    }

    /// What goes wrong in each of them, and why some are not shown on both databases.
    pub(crate) fn faults_named(&self) -> PathBuf {
        self.root.join("tests/faults.json")
    }

    /// The signing keys of every emulator that stories start as a program: they are made once.
    pub(crate) fn emulator_keys(&self) -> PathBuf {
        self.root.join("target/emulator-keys.pem")
    }

    /// The browser stories.
    pub(crate) fn browser_tests(&self) -> PathBuf {
        self.root.join("tests/browser")
    }

    /// The stories of other people's clients.
    pub(crate) fn client_tests(&self) -> PathBuf {
        self.root.join("tests/clients")
    }

    /// The suite that builds and drives the examples.
    pub(crate) fn example_tests(&self) -> PathBuf {
        self.root.join("tests/examples")
    }
}
