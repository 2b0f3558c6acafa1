"""Our drivers on real libusb and a real kernel, in a small virtual machine: `poe usb-rig`."""
