"""A moto server in a process of its own, filled with a small believable estate."""

import contextlib
import socket
import subprocess
import sys
import time

import boto3

_START_SECONDS = 60.0
_ROLES = (("web", "t3.micro"), ("shop", "m5.large"), ("batch", "c5.xlarge"))


class Emulator:
    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """The endpoint's URL. Raises RuntimeError when it does not come up."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        until = time.monotonic() + _START_SECONDS
        while True:
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the AWS emulator did not start")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        endpoint = f"http://127.0.0.1:{port}"
        for region, number in (("eu-central-1", 26), ("us-east-1", 15)):
            _fill(endpoint, region, number)
        return endpoint

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            if self._process.poll() is None:
                self._process.kill()


def _fill(endpoint: str, region: str, number: int) -> None:
    session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo", region_name=region)  # noqa: S106
    ec2 = session.client("ec2", endpoint_url=endpoint)
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web servers", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0")
    image = ec2.describe_images(MaxResults=10)["Images"][0]["ImageId"]
    for place, (role, size) in enumerate(_ROLES):
        # One request for all of a role: the names come with a request each, which is many times as fast.
        asked = range(place, number, len(_ROLES))
        made = ec2.run_instances(
            ImageId=image,
            MinCount=len(asked),
            MaxCount=len(asked),
            InstanceType=size,
            SubnetId=subnet,
            SecurityGroupIds=[group],
        )["Instances"]
        ids = [each["InstanceId"] for each in made]
        for position, ident in zip(asked, ids, strict=True):
            name = f"{role}-{region}-{position:02}"
            env = ("prod", "test")[position // len(_ROLES) % 2]
            ec2.create_tags(Resources=[ident], Tags=[{"Key": "Name", "Value": name}, {"Key": "env", "Value": env}])
        ec2.stop_instances(InstanceIds=ids[-1:])
    volume = ec2.create_volume(AvailabilityZone=f"{region}a", Size=100, VolumeType="gp3")["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, Description="nightly")
    ec2.allocate_address(Domain="vpc")
    ec2.create_key_pair(KeyName="ops")
    configuration = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    session.client("s3", endpoint_url=endpoint).create_bucket(Bucket=f"reports-{region}", **configuration)
