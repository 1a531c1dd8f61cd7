"""The stories of the package, recorded anew from a running Medusa: `python -m dev.medusa --stories FOLDER`."""
