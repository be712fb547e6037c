# What `level = production` adds to the Makefile.
.PHONY: runs rollback score sbom

runs: $(STAMP)  ## List the recorded training runs
	$(PY) -m $(PACKAGE) runs

rollback: $(STAMP)  ## Withdraw the canary, or serve the model that was served before
	$(PY) -m $(PACKAGE) rollback

score: $(STAMP)  ## Compute the ML Test Score from tests that exist and pass
	$(PY) -m $(PACKAGE) score

# Of what the image holds: an environment with the serving packages alone.
sbom:  ## Write the service's software bill of materials to sbom.json (CycloneDX)
	$(PYTHON) -m venv --clear build/serve
	build/serve/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt '.[serve]'
	$(PYTHON) -m venv --clear build/sbom
	build/sbom/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom==7.5.0'
	build/sbom/bin/python -m cyclonedx_py environment --pyproject pyproject.toml \
		--output-reproducible --output-file sbom.json build/serve/bin/python
