"""Amazon Web Services: EC2, elastic load balancing, RDS and S3, read with botocore's own client and signing."""
