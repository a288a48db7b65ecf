"""Instances that go to another cloud while they are off: image, copy, conversion, new instance, proof."""
