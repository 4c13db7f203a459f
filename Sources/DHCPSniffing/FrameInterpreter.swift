// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPWire
import NetTypes
public import PacketCapture
public import ProvModel

/// Turns the captured frames of one source into observations.
public struct FrameInterpreter {
    /// Characters kept of a text of the client: what one option holds. An option in parts can be longer.
    static let maximumTextLength = 255

    private var decoder: DHCPFrameDecoder
    private let interface: String?
    private let recogniser: any DHCPRecogniser
    /// The options by which the definitions tell phones where to go; `nil` if there are no definitions.
    private let provisioningCodes: Set<UInt8>?

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
        provisioningCodes = wishes.isEmpty ? nil : wishes.reduce(into: []) { $0.formUnion($1.options.union($1.handover)) }
    }

    /// Interprets a frame.
    ///
    /// - Returns: `nil` if it tells nothing of a client: other traffic, BOOTP, other hardware than Ethernet, broken messages.
    public mutating func observe(_ frame: CapturedFrame) -> DHCPObservation? {
        traffic.frames &+= 1
        do {
            guard let message = try decoder.decode(frame.bytes[...], at: frame.time) else {
                traffic.countIPv6(in: try LinkFrame(decoding: frame.bytes[...], as: linkType))
                return nil
            }
            traffic.messages &+= 1
            guard let type = try message.packet.options.messageType?.observed,
                let mac = message.packet.hardwareAddress.mac
            else { return nil }
            return observation(of: message, type: type, mac: mac, at: frame.time)
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
        switch type {
        case .offer, .ack:
            observation.ip = packet.yiaddr.ifSet ?? packet.ciaddr.ifSet
            observation.provisioningOptions = provisioningCodes.map { codes in options.codes.map(\.rawValue).filter(codes.contains) }
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
        var client = DHCPClient(mac: mac)
        client.vendorClass = options[.vendorClassIdentifier].map { Array($0.prefix(Self.maximumTextLength)) }
        client.userClass = options[.userClass].map { Array($0.prefix(Self.maximumTextLength)) }
        client.hostname = options.hostName.map { String($0.prefix(Self.maximumTextLength)) }
        observation.vendorClass = options.vendorClassIdentifier.map { String($0.prefix(Self.maximumTextLength)) }
        observation.userClass = (options.userClass?.texts.joined(separator: ",")).map { String($0.prefix(Self.maximumTextLength)) }
        observation.hostname = client.hostname
        observation.parameterRequestList = options.parameterRequestList?.prefix(Self.maximumTextLength).map(\.rawValue)
        observation.recognition = recogniser.recognise(client)
    }
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
