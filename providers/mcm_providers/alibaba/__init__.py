"""Alibaba Cloud: the prices of its Elastic Compute Service."""
