// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
public import DHCPWire
import NetTypes
public import PacketCapture
public import ProvModel

/// Turns the captured frames of one source into observations.
public struct FrameInterpreter {
    /// Octets kept of a text of the client: what one option holds. An option in parts can be longer.
    static let maximumTextLength = 255

    private var decoder: DHCPFrameDecoder
    private let interface: String?
    private let recogniser: any DHCPRecogniser
    /// The options by which the definitions tell phones where to go; `nil` if there are no definitions.
    private let provisioningCodes: DHCPOptionCodeSet?

    /// Frames to a DHCP port that were no DHCP message or a broken one.
    public private(set) var malformed: UInt64 = 0
    /// What was wrong with the last of them.
    public private(set) var lastError: DHCPWireError?
    /// What kinds of frames there were.
    public private(set) var traffic = TrafficCount()
    private let linkType: LinkType

    /// Makes an interpreter for one source.
    ///
    /// - Parameter interface: The interface named in the observations; `nil` for a file.
    public init(linkType: LinkType, interface: String?, recogniser: any DHCPRecogniser) {
        decoder = DHCPFrameDecoder(linkType: linkType)
        self.linkType = linkType
        self.interface = interface
        self.recogniser = recogniser
        let wishes = recogniser.wishes.values
        provisioningCodes = wishes.isEmpty ? nil : wishes.reduce(into: []) {
            $0.formUnion($1.options)
            $0.formUnion($1.handover)
        }
    }

    /// Interprets a frame.
    ///
    /// - Returns: `nil` if it tells nothing of a client: other traffic, BOOTP, other hardware than Ethernet, broken messages.
    public mutating func observe(_ frame: CapturedFrame) -> DHCPObservation? {
        guard let message = message(in: frame), let type = message.packet.options.validMessageType?.observed,
            let mac = message.packet.hardwareAddress.mac
        else { return nil }
        return observation(of: message, type: type, mac: mac, at: frame.time)
    }

    /// What was counted so far.
    ///
    /// - Parameters:
    ///   - run: The source and its run, by which provd tells counts apart.
    ///   - dropped: Frames that were lost before they came here.
    func statistics(of run: String, at time: Double, dropped: UInt64) -> ObserverStatistics {
        ObserverStatistics(source: run, time: time, frames: traffic.frames, messages: traffic.messages, malformed: malformed, dropped: dropped)
    }

    /// Counts a frame by its message's type and, if a client sends it, by who that is. Costs less than an observation.
    mutating func count(_ frame: CapturedFrame, in summary: inout CaptureSummary) {
        guard let message = message(in: frame) else { return }
        let options = message.packet.options
        let type = options.validMessageType
        summary.count(type)
        guard let type, type.observed != nil, !type.isFromServer, let mac = message.packet.hardwareAddress.mac else { return }
        summary.count(recogniser.recognise(client(mac, options)))
    }

    private mutating func message(in frame: CapturedFrame) -> DHCPFrame? {
        traffic.frames &+= 1
        do {
            guard let message = try decoder.decode(frame.bytes, at: frame.time) else {
                traffic.countIPv6(in: try LinkFrame(decoding: frame.bytes, as: linkType))
                return nil
            }
            traffic.messages &+= 1
            return message
        } catch {
            malformed &+= 1
            lastError = error
            return nil
        }
    }

    private func observation(
        of message: DHCPFrame, type: DHCPObservation.MessageType, mac: MACAddress, at time: Double
    ) -> DHCPObservation {
        let (packet, options) = (message.packet, message.packet.options)
        var observation = DHCPObservation(observer: .sniffer, time: time, type: type, mac: mac)
        observation.interface = interface
        // Identifier 0 gives a frame a priority, not a VLAN (IEEE 802.1Q, 9.6).
        observation.vlan = message.vlan == 0 ? nil : message.vlan
        // An option with a value of another form is as good as absent: what else the message says still counts.
        observation.server = try? options.serverIdentifier
        observation.relay = packet.giaddr.ifSet
        if let relay = (try? options.relayAgentInformation) ?? nil {
            observation.circuitID = relay.circuitID?.readable
            observation.remoteID = relay.remoteID?.readable
        }
        switch type {
        case .offer, .ack:
            observation.ip = packet.yiaddr.ifSet ?? packet.ciaddr.ifSet
            observation.provisioningOptions = provisioningCodes.map { options.codes(in: $0).map(\.rawValue) }
            observation.headerFields = packet.filledHeaderFields
        case .nak:
            break
        case .discover, .request, .decline, .release, .inform:
            observation.ip = packet.ciaddr.ifSet ?? (try? options.requestedAddress)?.ifSet
            addClient(of: options, mac: mac, to: &observation)
        }
        return observation
    }

    private func addClient(of options: DHCPOptions, mac: MACAddress, to observation: inout DHCPObservation) {
        let client = client(mac, options)
        observation.vendorClass = options.text(.vendorClassIdentifier, limit: Self.maximumTextLength)
        observation.userClass = client.userClass.map { DHCPUserClass(decoding: $0).texts.joined(separator: ",") }
        observation.hostname = options.text(.hostName, limit: Self.maximumTextLength)
        observation.identify(by: options)
        observation.parameterRequestList = options[.parameterRequestList].map { Array($0.prefix(Self.maximumTextLength)) }
        observation.recognition = recogniser.recognise(client)
    }

    private func client(_ mac: MACAddress, _ options: DHCPOptions) -> DHCPClient {
        var client = DHCPClient(mac: mac)
        client.vendorClass = options[.vendorClassIdentifier]?.prefix(Self.maximumTextLength)
        client.userClass = options[.userClass]?.prefix(Self.maximumTextLength)
        client.hostname = options[.hostName]?.prefix(Self.maximumTextLength)
        // Few phones have these.
        if let value = options[.vendorSpecificInformation] { client.vendorData += VendorDatum.vendorOptions(value) }
        if let value = options[.vendorIdentifyingClass] { client.vendorData += VendorDatum.enterprises(value) }
        if let value = options[.vendorIdentifyingInformation] { client.vendorData += VendorDatum.enterprises(value) }
        return client
    }
}

extension DHCPOptions {
    /// The type of the message, if it has one that is known.
    fileprivate var validMessageType: DHCPMessageType? { self[.messageType].flatMap { $0.count == 1 ? $0.first : nil }.flatMap(DHCPMessageType.init) }
}

extension IPv4Address {
    /// The address, or `nil` if it is 0.0.0.0, which in DHCP's header means that there is none.
    fileprivate var ifSet: IPv4Address? { self == .any ? nil : self }
}

extension DHCPPacket {
    /// The fields of the header by which the message tells where to boot from; `nil` if there are none.
    fileprivate var filledHeaderFields: [DHCPObservation.HeaderField]? {
        var fields: [DHCPObservation.HeaderField] = []
        if siaddr != .any { fields.append(.siaddr) }
        if !sname.isEmpty { fields.append(.sname) }
        if !file.isEmpty { fields.append(.file) }
        return fields.isEmpty ? nil : fields
    }
}

extension DHCPMessageType {
    /// The type in provd's words; `nil` for messages that tell provisioning nothing.
    fileprivate var observed: DHCPObservation.MessageType? {
        switch self {
        case .discover: .discover
        case .offer: .offer
        case .request: .request
        case .decline: .decline
        case .ack: .ack
        case .nak: .nak
        case .release: .release
        case .inform: .inform
        case .forceRenew, .leaseQuery, .leaseUnassigned, .leaseUnknown, .leaseActive: nil
        }
    }
}
