"""The XML of one instance in DescribeInstances' answer, with places for what differs between instances.

Element names and their order: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html. The
indentation by four blanks is that of the real service, and part of what a parser has to read.
"""

_AT = " " * 20
PUBLIC_IP = f"{_AT}<ipAddress>{{}}</ipAddress>\n"
STOP_REASON = (
    f"{_AT}<stateReason>\n"
    f"{_AT}    <code>Client.UserInitiatedShutdown</code>\n"
    f"{_AT}    <message>Client.UserInitiatedShutdown: User initiated shutdown</message>\n"
    f"{_AT}</stateReason>\n"
)
TAG = f"{_AT}    <item>\n{_AT}        <key>{{}}</key>\n{_AT}        <value>{{}}</value>\n{_AT}    </item>\n"
VOLUME = (
    f"{_AT}    <item>\n"
    f"{_AT}        <deviceName>{{}}</deviceName>\n"
    f"{_AT}        <ebs>\n"
    f"{_AT}            <volumeId>{{}}</volumeId>\n"
    f"{_AT}            <status>attached</status>\n"
    f"{_AT}            <attachTime>{{}}</attachTime>\n"
    f"{_AT}            <deleteOnTermination>{{}}</deleteOnTermination>\n"
    f"{_AT}        </ebs>\n"
    f"{_AT}    </item>\n"
)
ASSOCIATION = (
    f"{_AT}        <association>\n"
    f"{_AT}            <publicIp>{{}}</publicIp>\n"
    f"{_AT}            <publicDnsName>{{}}</publicDnsName>\n"
    f"{_AT}            <ipOwnerId>amazon</ipOwnerId>\n"
    f"{_AT}        </association>\n"
)
INSTANCE = """\
                <item>
                    <instanceId>%(id)s</instanceId>
                    <imageId>%(image)s</imageId>
                    <instanceState>
                        <code>%(code)d</code>
                        <name>%(state)s</name>
                    </instanceState>
                    <privateDnsName>%(private_dns)s</privateDnsName>
                    %(public_dns)s
                    %(reason)s
                    <keyName>%(key)s</keyName>
                    <amiLaunchIndex>0</amiLaunchIndex>
                    <productCodes/>
                    <instanceType>%(type)s</instanceType>
                    <launchTime>%(launched)s</launchTime>
                    <placement>
                        <availabilityZone>%(zone)s</availabilityZone>
                        <availabilityZoneId>%(zone_id)s</availabilityZoneId>
                        <groupName/>
                        <tenancy>default</tenancy>
                    </placement>
                    <monitoring>
                        <state>%(monitoring)s</state>
                    </monitoring>
                    <subnetId>%(subnet)s</subnetId>
                    <vpcId>%(vpc)s</vpcId>
                    <privateIpAddress>%(private_ip)s</privateIpAddress>
%(public_ip)s\
                    <sourceDestCheck>true</sourceDestCheck>
                    <groupSet>
                        <item>
                            <groupId>%(group)s</groupId>
                            <groupName>%(group_name)s</groupName>
                        </item>
                    </groupSet>
%(state_reason)s\
                    <architecture>%(architecture)s</architecture>
                    <rootDeviceType>ebs</rootDeviceType>
                    <rootDeviceName>/dev/xvda</rootDeviceName>
                    <blockDeviceMapping>
%(volumes)s\
                    </blockDeviceMapping>
                    <virtualizationType>hvm</virtualizationType>
                    <clientToken>%(client_token)s</clientToken>
                    <tagSet>
%(tags)s\
                    </tagSet>
                    <hypervisor>xen</hypervisor>
                    <networkInterfaceSet>
                        <item>
                            <networkInterfaceId>%(interface)s</networkInterfaceId>
                            <subnetId>%(subnet)s</subnetId>
                            <vpcId>%(vpc)s</vpcId>
                            <description/>
                            <ownerId>%(owner)s</ownerId>
                            <status>in-use</status>
                            <macAddress>%(mac)s</macAddress>
                            <privateIpAddress>%(private_ip)s</privateIpAddress>
                            <privateDnsName>%(private_dns)s</privateDnsName>
                            <sourceDestCheck>true</sourceDestCheck>
                            <groupSet>
                                <item>
                                    <groupId>%(group)s</groupId>
                                    <groupName>%(group_name)s</groupName>
                                </item>
                            </groupSet>
                            <attachment>
                                <attachmentId>%(attachment)s</attachmentId>
                                <deviceIndex>0</deviceIndex>
                                <status>attached</status>
                                <attachTime>%(launched)s</attachTime>
                                <deleteOnTermination>true</deleteOnTermination>
                                <networkCardIndex>0</networkCardIndex>
                            </attachment>
%(association)s\
                            <privateIpAddressesSet>
                                <item>
                                    <privateIpAddress>%(private_ip)s</privateIpAddress>
                                    <privateDnsName>%(private_dns)s</privateDnsName>
                                    <primary>true</primary>
%(inner_association)s\
                                </item>
                            </privateIpAddressesSet>
                            <ipv6AddressesSet/>
                            <interfaceType>interface</interfaceType>
                            <operator>
                                <managed>false</managed>
                            </operator>
                        </item>
                    </networkInterfaceSet>
                    <iamInstanceProfile>
                        <arn>arn:aws:iam::%(owner)s:instance-profile/%(group_name)s</arn>
                        <id>AIPAEXAMPLE0000000001</id>
                    </iamInstanceProfile>
                    <ebsOptimized>true</ebsOptimized>
                    <enaSupport>true</enaSupport>
                    <cpuOptions>
                        <coreCount>%(cores)d</coreCount>
                        <threadsPerCore>%(threads)d</threadsPerCore>
                    </cpuOptions>
                    <capacityReservationSpecification>
                        <capacityReservationPreference>open</capacityReservationPreference>
                    </capacityReservationSpecification>
                    <hibernationOptions>
                        <configured>false</configured>
                    </hibernationOptions>
                    <enclaveOptions>
                        <enabled>false</enabled>
                    </enclaveOptions>
                    <metadataOptions>
                        <state>applied</state>
                        <httpTokens>required</httpTokens>
                        <httpPutResponseHopLimit>2</httpPutResponseHopLimit>
                        <httpEndpoint>enabled</httpEndpoint>
                        <httpProtocolIpv6>disabled</httpProtocolIpv6>
                        <instanceMetadataTags>disabled</instanceMetadataTags>
                    </metadataOptions>
                    <maintenanceOptions>
                        <autoRecovery>default</autoRecovery>
                        <rebootMigration>default</rebootMigration>
                    </maintenanceOptions>
                    <bootMode>uefi-preferred</bootMode>
                    <currentInstanceBootMode>uefi</currentInstanceBootMode>
                    <platformDetails>Linux/UNIX</platformDetails>
                    <usageOperation>RunInstances</usageOperation>
                    <usageOperationUpdateTime>%(launched)s</usageOperationUpdateTime>
                    <privateDnsNameOptions>
                        <hostnameType>ip-name</hostnameType>
                        <enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>
                        <enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord>
                    </privateDnsNameOptions>
                    <networkPerformanceOptions>
                        <bandwidthWeighting>default</bandwidthWeighting>
                    </networkPerformanceOptions>
                    <operator>
                        <managed>false</managed>
                    </operator>
                </item>
"""
