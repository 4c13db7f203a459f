// SPDX-License-Identifier: GPL-3.0-or-later

extension DHCPPlan {
    /// What a server that cannot tell phones apart can send to everybody in a subnet.
    struct CommonItems {
        /// Values on which every class that wants the place agrees, in the order of the definitions.
        var agreed: [Item] = []
        /// Values that some classes want otherwise: what, and who.
        var disputed: [(item: Item, classes: [String])] = []
    }

    func commonItems(in subnet: String) -> CommonItems {
        var wishes: [(item: Item, classes: [String])] = []
        for phoneClass in classes {
            for item in phoneClass.items(in: subnet) {
                if let index = wishes.firstIndex(where: { $0.item.place == item.place && $0.item.value == item.value }) {
                    wishes[index].classes.append(phoneClass.name)
                } else {
                    wishes.append((item, [phoneClass.name]))
                }
            }
        }
        var common = CommonItems()
        for wish in wishes {
            if wishes.count(where: { $0.item.place == wish.item.place }) == 1 {
                common.agreed.append(wish.item)
            } else {
                common.disputed.append(wish)
            }
        }
        return common
    }
}

extension DiagnosticList {
    /// Reports what a server that cannot tell phones apart leaves out.
    mutating func noteDisputes(_ common: DHCPPlan.CommonItems, _ platform: String, _ subnet: Site.Subnet) {
        var places: [DeliveryItem.Place] = []
        for place in common.disputed.map(\.item.place) where !places.contains(place) { places.append(place) }
        for place in places {
            let wishes = common.disputed.filter { $0.item.place == place }
            let text = wishes.map { "\($0.item.value.meaning) (\($0.classes.joined(separator: ", ")))" }.joined(separator: " or ")
            warning(
                subnet.location, "\(platform) cannot tell phones apart, and in “\(subnet.name)” they want different values of \(place.title): \(text)",
                "name the vendors that are there under “vendors:”, or let a DHCP server with classes serve the subnet")
        }
    }

    /// Reports that a subnet for phones is open to everybody.
    mutating func noteOpenSubnet(_ platform: String, _ subnet: Site.Subnet) {
        guard subnet.audience == .phones else { return }
        warning(
            subnet.location, "\(platform) cannot keep others out of “\(subnet.name)”: everybody there gets an address",
            "separate phones from others by VLAN")
    }
}
